import { overCapacity } from './capacity.ts'
import { checkTls } from './check-tls.ts'
import { pathText } from './problem-lines.ts'
import type { Snapshot, SnapshotFeed, SnapshotSource, SnapshotTarget } from './snapshot.ts'

type Report = (path: readonly PropertyKey[], says: string) => void

/** The sources by name, and by the feeds that carry them: indexed once rather than for each target and feed. */
type Known = { sources: ReadonlyMap<string, SnapshotSource>; carried: ReadonlyMap<string, readonly string[]> }

/** What no single part can see: names that must exist, be unique, or fit together. One line per problem. */
export function crossCheck(snapshot: Snapshot): string[] {
  const problems: string[] = []
  const known = knownOf(snapshot)
  const report: Report = (path, says) => problems.push(`${pathText(path)}: ${says}`)
  repeated(
    snapshot.feeds,
    (feed) => feed.id,
    (i, value) => report(['feeds', i, 'id'], `${value} is already a feed`),
  )
  repeated(
    snapshot.sources,
    (s) => s.id,
    (i, value) => report(['sources', i, 'id'], `${value} is already a source`),
  )
  repeated(
    snapshot.targets,
    (t) => t.sessionId,
    (i, value) => report(['targets', i, 'sessionId'], `${value} is already a target`),
  )
  for (const [i, feed] of snapshot.feeds.entries()) checkFeed(known, feed, i, report)
  checkSources(snapshot, report)
  for (const [i, target] of snapshot.targets.entries()) checkTarget(known, target, i, report)
  checkListeners(snapshot, report)
  checkTls(snapshot, report)
  const tooMuch = overCapacity(snapshot)
  if (tooMuch) report(['targets'], tooMuch)
  return problems
}

function repeated<T>(items: readonly T[], key: (item: T) => string, found: (index: number, value: string) => void) {
  const seen = new Set<string>()
  for (const [i, item] of items.entries()) {
    if (seen.has(key(item))) found(i, key(item))
    seen.add(key(item))
  }
}

function knownOf({ sources }: Snapshot): Known {
  const carried = new Map<string, string[]>()
  for (const source of sources) {
    for (const feed of new Set(feedsOf(source))) {
      const list = carried.get(feed)
      if (list) list.push(source.id)
      else carried.set(feed, [source.id])
    }
  }
  return { sources: new Map(sources.map((source) => [source.id, source])), carried }
}

function checkFeed(known: Known, feed: SnapshotFeed, index: number, report: Report) {
  const at = ['feeds', index] as const
  const carried = known.carried.get(feed.id) ?? []
  if (feed.dialect === 'encapsulated') {
    if (feed.source !== undefined) report([...at, 'source'], 'only a plain feed names its source')
  } else if (feed.source === undefined) {
    report([...at, 'source'], 'a plain feed names its one source')
  } else {
    if (!carried.includes(feed.source)) report([...at, 'source'], `no source ${feed.source} names feed ${feed.id}`)
    const others = carried.filter((id) => id !== feed.source)
    if (others.length > 0)
      report([...at, 'source'], `a plain feed carries one source, but ${others.join(', ')} name it too`)
  }
  if (feed.password !== undefined && feed.credentials.length > 0)
    report([...at, 'password'], 'give password or credentials, not both')
  if (feed.reset !== undefined && feed.mode !== 'initiate')
    report([...at, 'reset'], 'is for feeds that we open: a gateway that connects decides itself')
  if (typeof feed.reset === 'object' && feed.week) report([...at, 'week'], 'is not for a feed that resets daily')
  if (feed.mode === 'initiate') checkInitiating(feed, at, report)
  else if (!isProtected(feed))
    report([...at, 'host'], 'accepting beyond loopback needs a credential, or allowFrom and tls')
}

function checkInitiating(feed: SnapshotFeed, at: readonly PropertyKey[], report: Report) {
  if (feed.port === 0) report([...at, 'port'], 'must be a real port to connect to')
  if (feed.credentials.length > 1) report([...at, 'credentials', 1], 'an initiating feed has one credential')
  const own = feed.credentials[0]
  if (own?.kind === 'password' && !('password' in own))
    report([...at, 'credentials', 0], 'to log on the password itself is needed')
  if (own?.kind === 'hmac') {
    for (const field of ['subId', 'targetSubId', 'locationId', 'app'] as const)
      if (feed[field] === undefined) report([...at, field], 'is needed to log on with an access key, which signs it')
  }
}

const isProtected = (feed: SnapshotFeed) =>
  feed.password !== undefined ||
  feed.credentials.length > 0 ||
  (feed.allowFrom.length > 0 && feed.tls !== undefined) ||
  [feed, ...feed.addresses].every(({ host }) => /^(127\.|localhost$|::1$)/.test(host))

function checkSources(snapshot: Snapshot, report: Report) {
  const feeds = new Set(snapshot.feeds.map((feed) => feed.id))
  for (const [i, source] of snapshot.sources.entries()) {
    for (const [j, id] of feedsOf(source).entries()) {
      const path = typeof source.feed === 'string' ? ['sources', i, 'feed'] : ['sources', i, 'feed', j]
      if (!feeds.has(id)) report(path, `there is no feed ${id}`)
    }
    if (source.gateway === 'cgw' && source.segments.length > 0)
      report(['sources', i, 'segments'], 'only an msgw source has segments')
  }
}

function checkTarget(known: Known, target: SnapshotTarget, index: number, report: Report) {
  const at = ['targets', index] as const
  const own = new Set<string>()
  const bySession = new Map<string, string>()
  for (const [j, id] of target.sources.entries()) {
    const path = [...at, 'sources', j]
    const source = known.sources.get(id)
    const isTwice = own.has(id)
    own.add(id)
    if (!source) report(path, `there is no source ${id}`)
    if (isTwice) report(path, `${id} is already in this target`)
    else if (target.protocol === 'classic') {
      const twin = bySession.get(id.slice(0, 3))
      if (twin)
        report(path, `${id} and ${twin} have the same 3-character session ID, which a classic copy cannot tell apart`)
      bySession.set(id.slice(0, 3), id)
      if (source && source.segments.length > 1)
        report(path, `${id} has several segments; only a dc4 target can carry it`)
    }
  }
  const segments = segmentsOf(target)
  for (const [j, id] of target.sources.entries()) {
    const has = known.sources.get(id)?.segments
    if (segments.length > 0 && has && !has.some((one) => segments.includes(one)))
      report([...at, 'sources', j], `${id} has no segment that this target listens on`)
  }
  for (const [j, id] of target.revoked.entries()) {
    if (own.has(id)) report([...at, 'revoked', j], `${id} is still a source of this target`)
  }
  const stopped = target.stopped ?? []
  for (const [j, { source }] of stopped.entries())
    if (own.has(source)) report([...at, 'stopped', j, 'source'], `${source} is still a source of this target`)
  repeated(
    stopped,
    (one) => one.source,
    (j, source) => report([...at, 'stopped', j, 'source'], `${source} is already stopped here`),
  )
  checkTargetListen(target, at, report)
}

function checkTargetListen(target: SnapshotTarget, at: readonly PropertyKey[], report: Report) {
  const seen = new Set<string>()
  for (const [j, listen] of target.listen.entries()) {
    const key = `${listen.role} ${listen.segment ?? ''}`.trim()
    if (seen.has(key)) report([...at, 'listen', j, 'role'], `this target has a ${key} address already`)
    seen.add(key)
    if (listen.segment !== undefined && target.protocol === 'classic') {
      report([...at, 'listen', j, 'segment'], 'segments are for dc4 targets only')
    }
  }
  const segments = segmentsOf(target)
  if (segments.length > 0) {
    for (const [j, { segment }] of target.listen.entries())
      if (segment === undefined) report([...at, 'listen', j, 'segment'], 'is missing: the other addresses have one')
  }
  for (const segment of segments.length > 0 ? segments : [undefined]) {
    const there = target.listen.filter((listen) => segment === undefined || listen.segment === segment)
    if (there.length > 0 && !there.some((listen) => listen.role === target.active))
      report([...at, 'active'], `there is no ${[target.active, segment].join(' ').trim()} address in listen`)
  }
}

/** One address serves several targets, or several feeds that the Logon tells apart, but never both kinds. */
function checkListeners(snapshot: Snapshot, report: Report) {
  const targets = new Map<string, string>()
  for (const target of snapshot.targets) {
    for (const listen of target.listen)
      if (listen.port > 0) targets.set(`${listen.host}:${listen.port}`, target.sessionId)
  }
  const peers = new Map<string, string>()
  for (const [i, feed] of snapshot.feeds.entries()) {
    if (feed.mode !== 'accept') continue
    for (const { host, port } of [feed, ...feed.addresses]) {
      if (port === 0) continue
      const target = targets.get(`${host}:${port}`)
      if (target) report(['feeds', i, 'port'], `${host}:${port} is also an address of target ${target}`)
      const key = `${host}:${port} ${feed.ourCompId} ${feed.theirCompId}`
      const twin = peers.get(key)
      if (twin) report(['feeds', i, 'theirCompId'], `feed ${twin} accepts the same CompIDs at the same address`)
      peers.set(key, feed.id)
    }
  }
}

/** The market segments that a target listens on, each once; empty: one session for everything. */
export const segmentsOf = (target: Pick<SnapshotTarget, 'listen'>): string[] => [
  ...new Set(target.listen.flatMap(({ segment }) => (segment === undefined ? [] : [segment]))),
]

/** The feeds a source may come from; the first is the owner. */
export const feedsOf = (source: Pick<SnapshotSource, 'feed'>): readonly string[] =>
  typeof source.feed === 'string' ? [source.feed] : source.feed
