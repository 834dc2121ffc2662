import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { encode, type Field } from '#fix/encode.ts'
import type { Input } from '#fix/session-state.ts'
import { formatUtc } from '#fix/time.ts'
import { acceptor, initiator, PretendDriver } from './pretend-driver.ts'
import { decoded } from './samples.ts'

const table = `
                  offline         awaiting-logon  verifying  logon-sent  live        closing
connected         awaiting-logon  bug             bug        bug         bug         bug
                  logon-sent
message           -               -               bug        -           -           -
                                  verifying                  live        verifying
                                  closing                    closing     closing
garbled           -               -               -          -           -           -
                                  closing
tick              -               -               -          -           -           -
                                  closing         closing    closing     closing
disconnected      -               offline         offline    offline     offline     offline
verified          -               -               live       -           -           -
                                                  closing
logout            -               closing         closing    closing     -           -
                                                                         closing
abandon           -               -               -          -           -           -
reset             -               -               -          -           -           -
                                                                         logon-sent
resend-finished   -               -               -          -           -           -
rival-logon       -               -               -          -           -           -
`.trimEnd()

type Given = Parameters<PretendDriver['do']>[0]

const [head = '', ...lines] = table.split('\n').slice(1)
const columns = [...head.matchAll(/\S+/g)].map(({ 0: phase, index }) => ({ phase, index }))

/** By input and phase: what may follow. A line without an input goes on with the one above. */
const expected = new Map<string, string[]>()
let input = ''
for (const line of lines) {
  input = /^\S+/.exec(line)?.[0] ?? input
  for (const { phase, index } of columns) {
    const next = /^\S*/.exec(line.slice(index))?.[0]
    if (next) expected.set(`${input} ${phase}`, [...(expected.get(`${input} ${phase}`) ?? []), next])
  }
}

/** A message of the peer with these fields behind the header. */
function message(
  { session, nowMs }: PretendDriver,
  msgType: string,
  body: Field[],
  changes: Record<number, unknown> = {},
) {
  const { role, identity } = session.config
  const header: Field[] = [
    [35, msgType],
    [34, session.nextIn],
    [49, identity.targetCompId],
    ...(role === 'acceptor' ? ([[50, 'RISK01']] as const) : []),
    [52, formatUtc(nowMs)],
    [56, identity.senderCompId],
    ...(role === 'acceptor'
      ? ([
          [57, 'G'],
          [142, 'US,IL'],
        ] as const)
      : []),
  ]
  const frame = encode(
    [...header, ...body].map(([tag, value]): Field => [tag, tag in changes ? `${changes[tag]}` : value]),
  )
  return { type: 'message', message: decoded(frame) } as const
}

const password: Field[] = [
  [95, 8],
  [96, 'DUMMYPWD'],
]
const logon = (reset: 'Y' | 'N'): Field[] => [
  [98, 0],
  [108, 30],
  [141, reset],
]

/** Every input, in the forms that the table tells apart. `laterMs`: how long after what happened before. */
const inputs: { [T in Input['type']]: ((driver: PretendDriver) => { given: Given; laterMs?: number })[] } = {
  connected: [() => ({ given: { type: 'connected' } })],
  message: [
    (driver) => ({ given: message(driver, 'A', [...password, ...logon('N')]) }),
    (driver) => ({ given: message(driver, 'A', [...password, ...logon('Y')], { 34: 1 }) }),
    (driver) => ({ given: message(driver, 'A', logon('N')) }),
    (driver) => ({ given: message(driver, 'A', logon('Y'), { 34: 1 }) }),
    (driver) => ({ given: message(driver, '0', []) }),
    (driver) => ({ given: message(driver, '0', [], { 34: driver.session.nextIn + 5 }) }),
    (driver) => ({ given: message(driver, '0', [], { 34: 0 }) }),
    (driver) => ({ given: message(driver, '0', [], { 49: 'SOMEONE' }) }),
    (driver) => ({ given: message(driver, '5', []) }),
    (driver) => ({ given: message(driver, '8', [[58, 'a copy']]) }),
  ],
  garbled: [() => ({ given: { type: 'garbled', reason: 'checksum' } })],
  tick: [() => ({ given: { type: 'tick' } }), () => ({ given: { type: 'tick' }, laterMs: 3_600_000 })],
  disconnected: [() => ({ given: { type: 'disconnected' } })],
  verified: [() => ({ given: { type: 'verified', ok: true } }), () => ({ given: { type: 'verified', ok: false } })],
  logout: [() => ({ given: { type: 'logout' } }), () => ({ given: { type: 'logout', close: true } })],
  abandon: [() => ({ given: { type: 'abandon' } })],
  reset: [() => ({ given: { type: 'reset' } })],
  'resend-finished': [() => ({ given: { type: 'resend-finished', id: 1 } })],
  'rival-logon': [() => ({ given: { type: 'rival-logon' } })],
}

/** Sessions that have come here by these inputs. */
function after(config: ConstructorParameters<typeof PretendDriver>[0], ...path: (keyof typeof ways)[]): PretendDriver {
  const driver = new PretendDriver(config)
  driver.verdict = undefined
  for (const way of path) ways[way](driver)
  return driver
}
const ways = {
  connect: (driver: PretendDriver) => driver.do({ type: 'connected' }),
  logOn: (driver: PretendDriver) => driver.do(message(driver, 'A', [...password, ...logon('N')])),
  answer: (driver: PretendDriver) => driver.do(message(driver, 'A', logon('N'))),
  verify: (driver: PretendDriver) => driver.do({ type: 'verified', ok: true }),
  logOnAgain: (driver: PretendDriver) => driver.do(message(driver, 'A', [...password, ...logon('Y')], { 34: 1 })),
  fallSilent: (driver: PretendDriver) => {
    driver.nowMs += 46_000
    driver.do({ type: 'tick' })
  },
  logOut: (driver: PretendDriver) => driver.do({ type: 'logout' }),
  giveUp: (driver: PretendDriver) => driver.do({ type: 'logout', close: true }),
}

const starts: Record<string, () => PretendDriver[]> = {
  offline: () => [after(acceptor()), after(initiator())],
  'awaiting-logon': () => [after(acceptor(), 'connect'), after(acceptor('fix'), 'connect')],
  verifying: () => [
    after(acceptor(), 'connect', 'logOn'),
    after(acceptor(), 'connect', 'logOn', 'verify', 'logOnAgain'),
  ],
  'logon-sent': () => [
    after(initiator(), 'connect'),
    after(initiator('fix'), 'connect'),
    after(initiator('cme', { resetOnLogon: true }), 'connect'),
  ],
  live: () => [
    after(acceptor(), 'connect', 'logOn', 'verify'),
    after(acceptor('fix'), 'connect', 'logOn', 'verify'),
    after(initiator(), 'connect', 'answer'),
    after(initiator(), 'connect', 'answer', 'fallSilent'),
    after(acceptor(), 'connect', 'logOn', 'verify', 'logOut'),
  ],
  closing: () => [
    after(acceptor(), 'connect', 'logOn', 'verify', 'giveUp'),
    after(initiator(), 'connect', 'answer', 'giveUp'),
  ],
}

/** The phase that follows: `-` the same, `bug` none, because the driver must not do this. */
function phaseAfter(driver: PretendDriver, { given, laterMs = 0 }: { given: Given; laterMs?: number }): string {
  const before = driver.session.phase.kind
  driver.nowMs += laterMs
  try {
    driver.do(given)
  } catch (error) {
    expect(`${error}`).toContain('unreachable')
    return 'bug'
  }
  const next = driver.session.phase.kind
  return next === before ? '-' : next
}

describe('the table phase x input', () => {
  test('is the one that session.ts opens with', () => {
    const source = readFileSync(new URL('../../app/fix/session.ts', import.meta.url), 'utf8')
    expect(source).toContain(table.replaceAll('\n', '\n * '))
  })

  test('names every phase and every input', () => {
    expect(columns.map(({ phase }) => phase)).toEqual(Object.keys(starts))
    expect([...expected.keys()].sort()).toEqual(
      Object.keys(inputs)
        .flatMap((type) => Object.keys(starts).map((phase) => `${type} ${phase}`))
        .sort(),
    )
  })

  for (const [phase, sessions] of Object.entries(starts))
    for (const [type, forms] of Object.entries(inputs))
      test(`says what follows ${phase} when ${type} comes`, () => {
        const seen = forms.flatMap((form) =>
          sessions().map((driver) => {
            expect(driver.session.phase.kind).toBe(phase)
            return phaseAfter(driver, form(driver))
          }),
        )
        expect([...new Set(seen)].sort()).toEqual(expected.get(`${type} ${phase}`)?.sort())
      })
})
