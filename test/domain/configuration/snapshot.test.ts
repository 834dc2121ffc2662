import { describe, expect, test } from 'vitest'
import { feedsOf } from '#domain/configuration/cross-check.ts'
import { policySwitches } from '#domain/configuration/fields.ts'
import { parseSnapshot, type SnapshotInput } from '#domain/configuration/snapshot.ts'
import { resolvePolicy } from '#fix/policy.ts'

type Feed = SnapshotInput['feeds'][number]
type Target = SnapshotInput['targets'][number]

const gw1: Feed = {
  id: 'gw1',
  mode: 'accept',
  host: '127.0.0.1',
  port: 9801,
  dialect: 'encapsulated',
  ourCompId: 'DROPCOPY',
  theirCompId: 'GW1',
}
const gw2: Feed = {
  ...gw1,
  id: 'gw2',
  mode: 'initiate',
  port: 9802,
  dialect: 'plain',
  source: 'M3P882',
  theirCompId: 'GW2',
  password: 'secret',
}
const target: Target = {
  sessionId: 'ODQ1Z9',
  protocol: 'classic',
  group: 'Desk 7',
  level: 'all',
  filters: { rejects: false },
  sources: ['K7T882', 'M3P882'],
  queueDepth: 100,
  listen: [
    { role: 'primary', host: '127.0.0.1', port: 9901 },
    { role: 'backup', host: '127.0.0.2', port: 9901 },
  ],
  credentials: [{ kind: 'password', password: 'secret' }],
}
const example: SnapshotInput = {
  schema: 1,
  version: 12,
  exchange: { compId: 'CME', subId: 'G' },
  feeds: [gw1, gw2],
  sources: [
    { id: 'K7T882', feed: 'gw1', gateway: 'cgw' },
    { id: 'M3P882', feed: 'gw2', gateway: 'cgw' },
  ],
  targets: [target],
  journal: { durability: 'fsync' },
}

const files = { cert: '/server.crt', key: '/server.key' }

/** What is said of the example with these changes; an accepted one says nothing. */
function problems(change: Record<string, unknown>): string[] {
  const parsed = parseSnapshot({ ...example, ...change })
  return parsed.ok ? [] : parsed.error.problems
}
const withTarget = (change: Record<string, unknown>) => problems({ targets: [{ ...target, ...change }] })
const withFeeds = (...feeds: object[]) => problems({ feeds })

describe('the contract example', () => {
  test('is accepted, with every default filled in', () => {
    const parsed = parseSnapshot(example)
    if (!parsed.ok) throw new Error(parsed.error.problems.join('\n'))
    expect(parsed.value.feeds[0]).toMatchObject({ heartbeatS: 30, policy: 'cme', credentials: [], allowFrom: [] })
    expect(parsed.value.targets[0]).toMatchObject({ queueDepth: 100, queueGraceS: 0, active: 'primary', paused: false })
    expect(parsed.value.week).toEqual({ zone: 'America/Chicago', day: 'sunday', time: '16:00' })
    expect(parsed.value.journal.durability).toBe('fsync')
  })
  test('parses to itself a second time, so that a saved snapshot can be read back', () => {
    const once = parseSnapshot(example)
    if (!once.ok) throw new Error('refused')
    expect(parseSnapshot(JSON.parse(JSON.stringify(once.value)))).toEqual(once)
  })
})

describe('a problem of shape', () => {
  test('is one line with its path', () => {
    expect(problems({ version: 'x' })).toEqual(['version: expected number, received string'])
    expect(problems({ schema: 2 })).toEqual(['schema: expected 1'])
    expect(problems({ feeds: undefined })).toEqual(['feeds: is required (array)'])
    expect(withFeeds({ ...gw1, port: 70000 }, gw2)).toEqual(['feeds[0].port: expected number to be <=65535'])
    expect(withTarget({ level: 'some' })).toEqual([
      'targets[0].level: expected one of "executions" or "acknowledgments" or "all"',
    ])
    expect(withTarget({ listen: [] })).toEqual(['targets[0].listen: expected array to have >=1 items'])
    expect(withTarget({ queueDepth: -1 })).toEqual(['targets[0].queueDepth: expected number to be >=0'])
    expect(withTarget({ sources: ['K7T'] })).toEqual([
      'targets[0].sources[0]: must be a 3-character session ID and a 3-character firm ID',
    ])
    expect(parseSnapshot('text')).toEqual({
      ok: false,
      error: { code: 'invalid-snapshot', problems: ['(document): expected object, received string'] },
    })
  })
  test('names an unknown key wherever it stands', () => {
    expect(problems({ extra: 1 })).toEqual(['extra: unknown key'])
    expect(withTarget({ quueDepth: 5 })).toEqual(['targets[0].quueDepth: unknown key'])
    expect(withTarget({ filters: { reject: true } })).toEqual(['targets[0].filters.reject: unknown key'])
    expect(withTarget({ policy: { preset: 'cme', hearbeat: 3 } })).toEqual(['targets[0].policy.hearbeat: unknown key'])
    expect(problems({ journal: { durability: 'os', fast: true } })).toEqual(['journal.fast: unknown key'])
  })
  test('points inside a credential of the kind that was meant', () => {
    expect(withTarget({ credentials: [{ kind: 'password', passwrd: 'x', password: 'secret' }] })).toEqual([
      'targets[0].credentials[0].passwrd: unknown key',
    ])
    expect(withTarget({ credentials: [{ kind: 'hmac', accessKeyId: 'A' }] })).toEqual([
      'targets[0].credentials[0].secretKey: is required (string)',
    ])
  })
  test('says what a feed that logs on with an access key signs and does not have', () => {
    const credentials = [{ kind: 'hmac', accessKeyId: 'KEY', secretKey: 'AAECAwQFBgcICQoLDA0ODxAREhMUFRYX' }]
    const upstream = { ...gw1, mode: 'initiate', credentials, subId: 'RISK01', locationId: 'US,IL' }
    expect(problems({ feeds: [upstream, gw2] })).toEqual([
      'feeds[0].targetSubId: is needed to log on with an access key, which signs it',
      'feeds[0].app: is needed to log on with an access key, which signs it',
    ])
  })
  test('says which feed has a reset that is not for it', () => {
    const reset = { zone: 'UTC', time: '17:00' }
    const week = { zone: 'UTC', day: 'sunday', time: '17:00' }
    expect(problems({ feeds: [{ ...gw1, reset }, gw2] })).toEqual([
      'feeds[0].reset: is for feeds that we open: a gateway that connects decides itself',
    ])
    const upstream = { ...gw1, mode: 'initiate' }
    expect(problems({ feeds: [{ ...upstream, reset, week }, gw2] })).toEqual([
      'feeds[0].week: is not for a feed that resets daily',
    ])
    expect(problems({ feeds: [{ ...upstream, reset }, gw2] })).toEqual([])
    expect(problems({ feeds: [{ ...upstream, reset: 'always', week }, gw2] })).toEqual([])
  })
  test('is said for all of them at once', () => {
    expect(problems({ version: -1, feeds: [{ ...gw1, dialect: 'xml' }, gw2] })).toHaveLength(2)
  })
  test('includes limits that the journal cannot keep to', () => {
    const limits = { ringBytes: 65_536, frameBytes: 131_072 }
    expect(problems({ limits }).map((line) => line.split(':')[0])).toEqual(['limits.ringBytes', 'limits.frameBytes'])
    expect(problems({ limits: { ringBytes: 4_194_304, frameBytes: 65_536 } })).toEqual([])
  })
  test('includes a time zone that does not exist', () => {
    expect(problems({ week: { zone: 'America/Chicgo', day: 'sunday', time: '16:00' } })).toEqual([
      'week.zone: must be a time zone such as America/Chicago',
    ])
  })
})

describe('parts that do not fit together', () => {
  test('a source names a feed that does not exist', () => {
    expect(problems({ sources: [{ id: 'K7T882', feed: ['gw1', 'gw9'], gateway: 'cgw' }, example.sources[1]] })).toEqual(
      ['sources[0].feed[1]: there is no feed gw9'],
    )
  })
  test('a target names a source that does not exist, or one twice', () => {
    expect(withTarget({ sources: ['K7T882', 'ZZZ882'] })).toEqual(['targets[0].sources[1]: there is no source ZZZ882'])
    expect(withTarget({ sources: ['K7T882', 'K7T882'] })).toEqual([
      'targets[0].sources[1]: K7T882 is already in this target',
    ])
  })
  test('a classic target cannot carry two sources of one session ID; a dc4 target can', () => {
    const sources = [...example.sources, { id: 'K7T999', feed: 'gw1', gateway: 'cgw' }]
    const targets = [{ ...target, sources: ['K7T882', 'K7T999'] }]
    expect(problems({ sources, targets })).toEqual([
      'targets[0].sources[1]: K7T999 and K7T882 have the same 3-character session ID, which a classic copy cannot tell apart',
    ])
    expect(problems({ sources, targets: [{ ...targets[0], protocol: 'dc4' }] })).toEqual([])
  })
  test('a plain feed names one source, and that source names the feed', () => {
    expect(withFeeds(gw1, { ...gw2, source: undefined })).toEqual([
      'feeds[1].source: a plain feed names its one source',
    ])
    expect(withFeeds(gw1, { ...gw2, source: 'K7T882' })).toEqual([
      'feeds[1].source: no source K7T882 names feed gw2',
      'feeds[1].source: a plain feed carries one source, but M3P882 name it too',
    ])
    expect(withFeeds({ ...gw1, source: 'K7T882' }, gw2)).toEqual([
      'feeds[0].source: only a plain feed names its source',
    ])
  })
  test('names are unique', () => {
    expect(withFeeds(gw1, gw2, { ...gw1, theirCompId: 'GW3' })).toEqual(['feeds[2].id: gw1 is already a feed'])
    expect(problems({ sources: [...example.sources, example.sources[0]] })).toEqual([
      'sources[2].id: K7T882 is already a source',
    ])
    expect(problems({ targets: [target, target] })).toEqual(['targets[1].sessionId: ODQ1Z9 is already a target'])
  })
  test('several segments, and listening by segment, are for dc4', () => {
    const sources = [{ id: 'K7T882', feed: 'gw1', gateway: 'msgw', segments: ['84', '98'] }, example.sources[1]]
    const listen = [{ role: 'primary', host: '127.0.0.1', port: 9901, segment: '84' }]
    expect(problems({ sources, targets: [{ ...target, listen }] })).toEqual([
      'targets[0].sources[0]: K7T882 has several segments; only a dc4 target can carry it',
      'targets[0].sources[1]: M3P882 has no segment that this target listens on',
      'targets[0].listen[0].segment: segments are for dc4 targets only',
    ])
    const dc4 = { ...target, sources: ['K7T882'], protocol: 'dc4' }
    expect(problems({ sources, targets: [{ ...dc4, listen }] })).toEqual([])
    const backup = { role: 'backup', host: '127.0.0.1', port: 9902, segment: '98' }
    expect(problems({ sources, targets: [{ ...dc4, listen: [...listen, backup] }] })).toEqual([
      'targets[0].active: there is no primary 98 address in listen',
    ])
    expect(
      problems({ sources, targets: [{ ...dc4, listen: [...listen, { ...backup, segment: undefined }] }] }),
    ).toEqual(['targets[0].listen[1].segment: is missing: the other addresses have one'])
  })
  test('listeners: one per role, an active one, and never feed and target at one address', () => {
    const primary = { role: 'primary', host: '127.0.0.1', port: 9801 }
    expect(withTarget({ listen: [primary, { ...primary, port: 9999 }] })).toEqual([
      'targets[0].listen[1].role: this target has a primary address already',
      'feeds[0].port: 127.0.0.1:9801 is also an address of target ODQ1Z9',
    ])
    expect(withTarget({ listen: [{ ...primary, port: 0 }], active: 'backup' })).toEqual([
      'targets[0].active: there is no backup address in listen',
    ])
    expect(withFeeds(gw1, gw2, { ...gw1, id: 'gw3' })).toEqual([
      'feeds[2].theirCompId: feed gw1 accepts the same CompIDs at the same address',
    ])
  })
  test('a feed has a password or credentials', () => {
    const credentials = [{ kind: 'password', password: 'secret' }]
    expect(withFeeds({ ...gw1, password: 'secret', credentials }, gw2)).toEqual([
      'feeds[0].password: give password or credentials, not both',
    ])
  })
  test('a feed that we open has a port to connect to, and one credential that can be sent', () => {
    const { password, ...open } = gw2
    const own = { kind: 'password', password }
    expect(withFeeds(gw1, { ...gw2, port: 0 })).toEqual(['feeds[1].port: must be a real port to connect to'])
    expect(withFeeds(gw1, { ...open, credentials: [own, own] })).toEqual([
      'feeds[1].credentials[1]: an initiating feed has one credential',
    ])
    const verifier = { kind: 'password', sha256: 'a'.repeat(64), salt: 'pepper' }
    expect(withFeeds(gw1, { ...open, credentials: [verifier] })).toEqual([
      'feeds[1].credentials[0]: to log on the password itself is needed',
    ])
  })
  test('a source that was stopped or taken away is not in the target, and is stopped once', () => {
    const reason = 'no consent of Xenon'
    expect(withTarget({ revoked: ['K7T882'] })).toEqual([
      'targets[0].revoked[0]: K7T882 is still a source of this target',
    ])
    expect(withTarget({ stopped: [{ source: 'M3P882', reason }] })).toEqual([
      'targets[0].stopped[0].source: M3P882 is still a source of this target',
    ])
    const twice = ['Q1A882', 'Q1A882'].map((source) => ({ source, reason }))
    expect(withTarget({ stopped: twice })).toEqual(['targets[0].stopped[1].source: Q1A882 is already stopped here'])
  })
  test('a feed that accepts from elsewhere is protected', () => {
    const open = { ...gw1, host: '0.0.0.0' }
    expect(withFeeds(open, gw2)).toEqual([
      'feeds[0].host: accepting beyond loopback needs a credential, or allowFrom and tls',
    ])
    expect(withFeeds({ ...open, password: 'secret' }, gw2)).toEqual([])
    expect(withFeeds({ ...open, allowFrom: ['10.0.0.0/8'], tls: files }, gw2)).toEqual([])
  })
})

describe('TLS', () => {
  test('needs a certificate and its key where connections are accepted, and nothing where they are made', () => {
    const needed = 'a listener needs cert and key, the files of both'
    expect(withFeeds({ ...gw1, tls: { ca: '/ca.crt' } }, gw2)).toEqual([`feeds[0].tls: ${needed}`])
    expect(withFeeds({ ...gw1, tls: files }, { ...gw2, tls: {} })).toEqual([])
    expect(withFeeds(gw1, { ...gw2, tls: { key: '/own.key' } })).toEqual(['feeds[1].tls: cert and key belong together'])
    const listen = target.listen.map((one) => ({ ...one, tls: { cert: '/server.crt' } }))
    expect(withTarget({ listen })).toEqual(listen.map((_, j) => `targets[0].listen[${j}].tls: ${needed}`))
  })

  test('is the same for all who share an address', () => {
    const [listen] = target.listen
    const others = [{ ...listen!, tls: files }]
    const parsed = parseSnapshot({
      ...example,
      targets: [target, { ...target, sessionId: 'ABC123', listen: others }],
    })
    expect(parsed.ok ? [] : parsed.error.problems).toEqual([
      `targets[1].listen[0].tls: others at ${listen!.host}:${listen!.port} have a different tls`,
    ])
  })
})

test('a failover pair lists its owner first', () => {
  expect(feedsOf({ feed: ['gw1', 'gw2'] })).toEqual(['gw1', 'gw2'])
  expect(feedsOf({ feed: 'gw1' })).toEqual(['gw1'])
})

test('a logon window lies between two moments', () => {
  const windowTo = (day: string) => ({
    windows: [{ zone: 'UTC', from: { day: 'sunday', time: '17:00' }, to: { day, time: '17:00' } }],
  })
  expect(withTarget(windowTo('friday'))).toEqual([])
  expect(withTarget(windowTo('sunday'))).toEqual(['targets[0].windows[0]: must not begin and end at the same moment'])
})

describe('the policy of a target or a feed', () => {
  test('may set exactly the switches of the FIX library, to values it understands', () => {
    const { preset: _, ...switches } = resolvePolicy()
    expect(Object.keys(policySwitches).sort()).toEqual(Object.keys(switches).sort())
    for (const preset of ['cme', 'fix'] as const) expect(withTarget({ policy: resolvePolicy(preset) })).toEqual([])
  })
  test('is a preset, or a preset with some of them set otherwise', () => {
    expect(withTarget({ policy: { preset: 'cme', heartbeatS: [1, 120] } })).toEqual([])
    expect(withTarget({ policy: { heartbeatS: [120, 1] } })).toEqual([
      'targets[0].policy.heartbeatS: must be [lowest, highest]',
    ])
    expect(withTarget({ policy: 'ice' })).toEqual([
      'targets[0].policy: expected one of "cme" or "fix", or expected object, received string',
    ])
  })
})
