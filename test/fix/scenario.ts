import { encodeDraft, gapFillDraft } from '#fix/drafts.ts'
import { encode, type Field } from '#fix/encode.ts'
import { nextDeadlineMs } from '#fix/heartbeat.ts'
import type { Policy } from '#fix/policy.ts'
import { ResendPlan } from '#fix/resend.ts'
import { reserve } from '#fix/session.ts'
import type { Draft, Effect } from '#fix/session-state.ts'
import { formatUtc } from '#fix/time.ts'
import { acceptor, initiator, PretendDriver } from './pretend-driver.ts'
import { decoded, fieldsOf } from './samples.ts'

/** One case of a scenario file: its title and its lines. The notation is explained in scenarios/README.txt. */
export type Scenario = { title: string; lines: { number: number; text: string }[] }

/** A case that names several policies is as many cases. */
export function parseScenarios(text: string): Scenario[] {
  return casesOf(text).flatMap((scenario) => {
    const policies = /policy=(\w+(?:,\w+)+)/.exec(scenario.lines[0]?.text ?? '')?.[1]
    return policies === undefined ? [scenario] : policies.split(',').map((policy) => underPolicy(scenario, policy))
  })
}

/** The lines for all policies and those for this one alone. */
function underPolicy({ title, lines }: Scenario, policy: string): Scenario {
  const own = lines.flatMap(({ number, text }) => {
    const only = /^(cme|fix): +(.*)$/.exec(text)
    if (only && only[1] !== policy) return []
    return [{ number, text: (only?.[2] ?? text).replace(/policy=[\w,]+/, `policy=${policy}`) }]
  })
  return { title: `${title} (${policy})`, lines: own }
}

function casesOf(text: string): Scenario[] {
  const scenarios: Scenario[] = []
  text.split('\n').forEach((raw, i) => {
    const line = raw.trim()
    if (line === '' || line.startsWith('#')) return
    if (line.startsWith('== ')) scenarios.push({ title: line.slice(3), lines: [] })
    else if (scenarios.length === 0) throw new Error(`line ${i + 1} stands before the first case`)
    else scenarios.at(-1)!.lines.push({ number: i + 1, text: line }) // `!`: the line above
  })
  return scenarios
}

/** @throws naming the line at which the session did something else */
export function runScenario({ lines }: Scenario): void {
  let driver = openDriver('')
  const unread: string[] = []
  const store: Store = { copies: new Map(), serving: undefined }
  const act = (effects: readonly Effect[]) => {
    for (const effect of effects) if (effect.type === 'serve-resend') store.serving = effect
    unread.push(...effects.flatMap((effect) => describeEffect(driver, effect)))
  }
  for (const { number, text } of lines) {
    const fail = (why: string) => {
      throw new Error(`line ${number}: ${text}\n  ${why}`)
    }
    const kind = text[0]!
    if (kind === '>' || kind === '=') {
      const next = unread.shift()
      if (next === undefined) fail('nothing more happened')
      else if (!matches(text, next)) fail(`instead: ${next}`)
      continue
    }
    if (unread.length > 0) fail(`before it, not expected: ${unread.join('\n    ')}`)
    if (text.startsWith('with')) driver = openDriver(text.slice(4).trim())
    else if (kind === '<')
      act(
        text.startsWith('<! ')
          ? driver.do({ type: 'garbled', reason: text.slice(3) })
          : driver.receive(frameOf(driver, text)),
      )
    else if (kind === '+') pass(driver, Number.parseFloat(text.slice(1)) * 1000, act)
    else if (text.startsWith('do copy ')) unread.push(copy(driver, store, text.slice(8)))
    else if (text === 'do serve') unread.push(...serve(driver, store))
    else if (text.startsWith('do ')) act(request(driver, text.slice(3)))
    else fail('unknown kind of line')
  }
  if (unread.length > 0) throw new Error(`behind the last line, not expected: ${unread.join('\n    ')}`)
}

/**
 * `policy=fix role=initiator in=5 out=9 live resendCap=10`: a session,
 * connected unless `offline`, logged on with `live`.
 */
function openDriver(text: string): PretendDriver {
  const words = new Map<string, string | undefined>()
  for (const word of text.split(/\s+/).filter(Boolean)) {
    const [name, value] = word.split('=', 2)
    words.set(name ?? '', value)
  }
  const overrides: Record<string, unknown> = { preset: words.get('policy') ?? 'cme' }
  const own = ['policy', 'role', 'in', 'out', 'live', 'offline', 'heartbeat', 'resetOnLogon', 'verdict']
  for (const [name, value] of words) if (!own.includes(name)) overrides[name] = JSON.parse(value ?? 'true')
  const numbers = { nextIn: Number(words.get('in') ?? 1), nextOut: Number(words.get('out') ?? 1) }
  const live = words.has('live')
  // while a Logon brings the session up, each number moves by one or two: start so much lower
  const isAcceptor = words.get('role') !== 'initiator'
  const heartbeatS = Number(words.get('heartbeat') ?? 30)
  const policy = overrides as Pick<Policy, 'preset'> & Partial<Policy> // a typo shows as a case that fails
  const config = isAcceptor
    ? acceptor(policy)
    : initiator(policy, { heartbeatS, resetOnLogon: words.has('resetOnLogon') })
  const asks = isAcceptor && config.policy.testRequestAfterLogon ? 2 : 1
  if (live) Object.assign(numbers, { nextIn: numbers.nextIn - 1, nextOut: numbers.nextOut - asks })
  const driver = new PretendDriver(config, numbers)
  if (words.get('verdict') === 'no') driver.verdict = false
  if (words.has('offline')) return driver
  driver.do({ type: 'connected' })
  if (live) driver.receive(frameOf(driver, `< 35=A|34=${numbers.nextIn}|98=0|108=${heartbeatS}|`))
  if (live && driver.session.phase.kind !== 'live') throw new Error('the case could not log on')
  return driver
}

/** The peer's frame: 35 and 34 as given, then the usual header, then the rest. `tag=-` leaves a usual field out. */
function frameOf(driver: PretendDriver, text: string): Buffer {
  const given = text
    .slice(1)
    .trim()
    .split('|')
    .filter(Boolean)
    .map((field) => {
      const at = field.indexOf('=')
      return [Number(field.slice(0, at)), field.slice(at + 1), field.startsWith('+')] as const
    })
  const usual: [number, string][] =
    driver.session.config.role === 'acceptor'
      ? [
          [49, 'ODQ1Z9N'],
          [50, 'RISK01'],
          [52, 'now'],
          [56, 'CME'],
          [57, 'G'],
          [142, 'US,IL'],
        ]
      : [
          [49, 'CME'],
          [50, 'G'],
          [52, 'now'],
          [56, 'ODQ1Z9N'],
          [57, 'RISK01'],
        ]
  const placed = given.filter(([, , isRaw]) => !isRaw)
  const said = new Map(placed.map(([tag, value]) => [tag, value]))
  const head = placed.filter(([tag]) => tag === 35 || tag === 34 || tag === 43)
  const header = usual.map(([tag, value]) => [tag, said.get(tag) ?? value] as const)
  const isRest = (tag: number) => ![8, 35, 34, 43].includes(tag) && !usual.some(([known]) => known === tag)
  const rest = given.filter(([tag, , isRaw]) => isRaw || isRest(tag))
  const fields = [...head, ...header, ...rest].filter(([, value]) => value !== '-')
  return encode(
    fields.map(([tag, value]): Field => [tag, instant(driver, value)]),
    said.get(8) ?? 'FIX.4.2',
  )
}

function instant(driver: PretendDriver, value: string): string {
  const found = /^now(?:([+-]\d+)s)?$/.exec(value)
  return found ? formatUtc(driver.nowMs + Number(found[1] ?? 0) * 1000) : value
}

/** Let the time pass, stopping at every deadline of the session, as a driver does. */
function pass(driver: PretendDriver, ms: number, act: (effects: Effect[]) => void): void {
  const until = driver.nowMs + ms
  for (let due = nextDeadlineMs(driver.session); due <= until; due = nextDeadlineMs(driver.session)) {
    driver.nowMs = Math.max(driver.nowMs, due)
    act(driver.do({ type: 'tick' }))
  }
  driver.nowMs = until
}

/** The application messages sent, by number, and the resend asked for. */
type Store = {
  copies: Map<number, { text: string; sentMs: number }>
  serving: Extract<Effect, { type: 'serve-resend' }> | undefined
}

function copy(driver: PretendDriver, { copies }: Store, text: string): string {
  const seqNum = reserve(driver.session, 1, driver.nowMs)
  copies.set(seqNum, { text, sentMs: driver.nowMs })
  return sent(driver, seqNum, { msgType: '8', body: [[58, text]], lastProcessed: driver.session.nextIn - 1 })
}

/** As a driver does: copies again under their numbers, Gap Fills for the rest. */
function serve(driver: PretendDriver, { copies, serving }: Store): string[] {
  if (!serving) throw new Error('nothing was asked for')
  const plan = new ResendPlan(serving.begin, serving.end)
  const items = [...[...copies.keys()].flatMap((seqNum) => plan.push(seqNum, 'application')), ...plan.finish()]
  const lines = items.map((item) => {
    if (item.type === 'gap-fill')
      return sent(driver, item.seqNum, gapFillDraft(driver.session, item.newSeqNo, driver.nowMs))
    const { text, sentMs } = copies.get(item.seqNum)! // `!`: the plan resends only what was pushed
    const draft = { msgType: '8', body: [[58, text]] as const, lastProcessed: driver.session.nextIn - 1 }
    return sent(driver, item.seqNum, { ...draft, origSendingTimeMs: sentMs })
  })
  driver.do({ type: 'resend-finished', id: serving.id })
  return lines
}

const sent = (driver: PretendDriver, seqNum: number, draft: Draft): string =>
  `> ${fieldsOf(decoded(encodeDraft(driver.session, seqNum, draft, driver.nowMs)))
    .map(([tag, value]) => `${tag}=${value}`)
    .join('|')}|`

function request(driver: PretendDriver, text: string): Effect[] {
  const [word, ...rest] = text.split(' ')
  switch (word) {
    case 'admit':
    case 'refuse':
      driver.verdict = word === 'admit'
      return []
    case 'connect':
      return driver.do({ type: 'connected' })
    case 'disconnect':
      return driver.do({ type: 'disconnected' })
    case 'rival':
      return driver.do({ type: 'rival-logon' })
    case 'reset':
      return driver.do({ type: 'reset' })
    case 'logout':
      return driver.do({ type: 'logout', text: rest.join(' ') })
    case 'close':
      return driver.do({ type: 'logout', text: rest.join(' '), close: true })
    case 'clocks':
      driver.clocks = rest.map((seconds) => Number(seconds) * 1000)
      return []
    case 'finish':
      return driver.do({ type: 'resend-finished', id: Number(rest[0]) })
    default:
      throw new Error(`unknown request ${word}`)
  }
}

/** An effect as a line; those that only serve book-keeping (next-in, verify, notes) say nothing. */
function describeEffect(driver: PretendDriver, effect: Effect): string[] {
  switch (effect.type) {
    case 'transmit':
      return [sent(driver, effect.seqNum, effect.draft)]
    case 'accept':
      return [`= accept ${effect.seqNum}${effect.resent ? ' resent' : ''}`]
    case 'serve-resend':
      return [`= resend ${effect.begin}..${effect.end}`]
    case 'gap-filled':
    case 'lost':
      return [`= ${effect.type} ${effect.begin}..${effect.end}`]
    case 'refused':
      return [`= refused${effect.retry ? ' retry' : ''}: ${effect.text}`]
    case 'disconnect':
      return [`= close ${effect.reason}`]
    case 'logged-on':
    case 'reset':
      return [`= ${effect.type}`]
    default:
      return []
  }
}

/**
 * Header fields need not be written; those that are must be right. `*` stands for any
 * value. The others must be there in order.
 */
const optional = new Set(['8', '9', '10', '43', '49', '50', '52', '56', '57', '122', '142', '369'])

function matches(expected: string, actual: string): boolean {
  if (expected[0] !== actual[0]) return false
  if (expected[0] === '=') return actual === expected || (expected === '= close' && actual.startsWith('= close'))
  const fields = (line: string) => line.slice(2).split('|').filter(Boolean)
  const tagOf = (field: string) => field.slice(0, field.indexOf('='))
  const wanted = fields(expected)
  const told = fields(actual).filter(
    (field) => !optional.has(tagOf(field)) || wanted.some((other) => tagOf(other) === tagOf(field)),
  )
  return (
    told.length === wanted.length && told.every((field, i) => field === wanted[i] || wanted[i] === `${tagOf(field)}=*`)
  )
}
