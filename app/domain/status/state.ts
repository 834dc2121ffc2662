import { isStopReason, stopSentences } from '../consent/stops.ts'
import { writeAge, writeCount } from '../figures.ts'
import type { PartRun } from '../publication/runs.ts'
import { lateAfterMs, silentAfterMs } from './late.ts'

/** Worst first: the order of rows, and of what a group takes from its targets. */
export const deliveryWords = [
  'Needs you',
  'Unknown',
  'Late',
  'On backup',
  'Catching up',
  'Paused',
  'Waiting for them',
  'Complete',
] as const
export type DeliveryWord = (typeof deliveryWords)[number]

/**
 * `text` is what the screen shows ("Paused by Ann Alder"); `todo` is there only where somebody must act; `feed` is the
 * feed that the state is about, for readers who may open its page.
 */
export type DeliveryState = { word: DeliveryWord; text: string; sentence: string; todo?: string; feed?: string }

/**
 * Every source message in exactly one term: `received = delivered + filtered +
 * waiting + held + expired`. Counts of messages.
 */
export type Ledger = {
  received: number
  delivered: number
  filtered: number
  waiting: number
  held: number
  expired: number
  /** of those filtered: what was not copied for want of a consent, by the reason; absent: nothing */
  stopped?: Record<string, number>
}

/** How many messages were filtered for want of a consent, rather than as agreed. */
export const stoppedIn = ({ stopped = {} }: Ledger): number =>
  Object.values(stopped).reduce((sum, count) => sum + count, 0)

/** Counts by reason, added up; undefined: there are none. */
function addReasons(all: readonly (Record<string, number> | undefined)[]): Record<string, number> | undefined {
  const sum = new Map<string, number>()
  for (const one of all)
    for (const [reason, count] of Object.entries(one ?? {})) sum.set(reason, (sum.get(reason) ?? 0) + count)
  return sum.size > 0 ? Object.fromEntries(sum) : undefined
}

/**
 * How many received messages are unaccounted for: zero when the sum closes, negative when it exceeds what was received.
 */
export const unaccounted = (ledger: Ledger): number =>
  ledger.received - ledger.delivered - ledger.filtered - ledger.waiting - ledger.held - ledger.expired

export function addLedgers(ledgers: readonly Ledger[]): Ledger {
  const of = (key: keyof Omit<Ledger, 'stopped'>) => ledgers.reduce((sum, one) => sum + one[key], 0)
  const stopped = addReasons(ledgers.map((one) => one.stopped))
  return {
    received: of('received'),
    delivered: of('delivered'),
    filtered: of('filtered'),
    waiting: of('waiting'),
    held: of('held'),
    expired: of('expired'),
    ...(stopped && { stopped }),
  }
}

export const noLedger: Ledger = { received: 0, delivered: 0, filtered: 0, waiting: 0, held: 0, expired: 0 }

/** Sums of the ledger as they are stored; `filteredBy`: how many by reason, in parts. */
type LedgerSums = Omit<Ledger, 'stopped'> & { filteredBy: readonly Record<string, number>[] | null }

/** The terms of the ledger from its sums; `told`: the reader's word for a reason. */
export function ledgerFrom(sums: LedgerSums | undefined, told = (reason: string) => reason): Ledger {
  if (!sums) return noLedger
  const { received, delivered, filtered, waiting, held, expired, filteredBy } = sums
  const stops = (filteredBy ?? []).flatMap((one) => Object.entries(one)).filter(([reason]) => isStopReason(reason))
  const stopped = addReasons(stops.map(([reason, count]) => ({ [told(reason)]: count })))
  return { received, delivered, filtered, waiting, held, expired, ...(stopped && { stopped }) }
}

/** What is wanted and what is observed of one target. */
export type TargetFacts = {
  sessionId: string
  wanted: 'open' | 'paused' | 'closed'
  pausedBy?: string
  pauseReason?: string
  hasCredential: boolean
  /** what the connector said of the newest part of this target */
  part: PartRun
  /** why it refused */
  detail?: string
  /** what the connector wants a person to see to, in its words */
  alarm?: string
  /** milliseconds since the newest part was published; if it is unanswered for more than a minute, somebody must act */
  publishedAgoMs: number
  loggedOn: boolean
  onBackup: boolean
  /** how far behind the newest copy the cursor is */
  behindMs: number
  ledger: Ledger
  /** copies of a resend, or of the time without a logon, still to go out */
  recovering: number
}

/** What is wanted and what is observed of one feed. */
export type FeedFacts = {
  id: string
  part: PartRun
  detail?: string
  connected: boolean
  /** messages still missing upstream that the feed has been asked for */
  gap: number
  /** feed numbers never received and not recoverable */
  lost: number
  /** an operator's word is needed: "accept reset" */
  alarm?: string
}

/** What is known of the connector as a whole, on which every figure depends. */
export type Heard = {
  /** how long ago it last reported; undefined: never */
  agoMs: number | undefined
  /** why no connector leads, and what to do: leading with the present journal would use numbers twice */
  refusal?: { says: string; remedy: string } | undefined
  /** why numbers and figures may be wrong, until an operator acknowledges it */
  doubt?: string | undefined
  /** the connector as a whole wants an operator; `says` for readers who may know why: it may name sessions of others */
  alarm?: { says: string | null } | undefined
  /** the reader is of a firm, and cannot run the commands in the exchange's remedies */
  isFirm?: boolean
}

/**
 * What is known of several connectors behind one figure: the longest silence, and the first refusal, doubt and alarm.
 */
export const worstHeard = (heards: readonly Heard[]): Heard => ({
  agoMs: heards.reduce<number | undefined>(
    (longest, { agoMs }) => (longest === undefined || agoMs === undefined ? undefined : Math.max(longest, agoMs)),
    0,
  ),
  refusal: heards.find(({ refusal }) => refusal)?.refusal,
  doubt: heards.find(({ doubt }) => doubt !== undefined)?.doubt,
  alarm: heards.find(({ alarm }) => alarm)?.alarm,
  isFirm: heards.some(({ isFirm }) => isFirm),
})

/** Whether the connector has been silent for so long that the present state is unknown. */
export const isSilent = ({ agoMs }: Heard): boolean => agoMs === undefined || agoMs > silentAfterMs

/** Milliseconds within which the connector answers a publication. */
export const answerWithinMs = 60_000

/**
 * What replaces a state when a page is read: everything that is known of the connector as a whole, only what makes all
 * figures doubtful, or nothing.
 */
export const replacedBy = ['connector', 'doubt', 'nothing'] as const
export type ReplacedBy = (typeof replacedBy)[number]

/** A state by what was reported and agreed of a target or group itself, before `underConnector`. */
export type OwnState = DeliveryState & { replacedBy: ReplacedBy }

/** The state of one target by itself. One function for every page, mail and script. */
export function targetState(facts: TargetFacts, feeds: readonly FeedFacts[]): OwnState {
  const own = targetTrouble(facts)
  if (own) return { ...own, replacedBy: 'doubt' }
  const isClosed = facts.wanted === 'closed'
  const state = needsYou(facts, feeds) ?? held(facts) ?? moving(facts, feeds)
  return { ...state, replacedBy: isClosed ? 'doubt' : 'connector' }
}

/** The state as a reader is shown it: what is known of the connector as a whole comes before what it said of one. */
export function underConnector({ replacedBy, ...state }: OwnState, heard: Heard): DeliveryState {
  if (replacedBy === 'nothing') return state
  return unfounded(heard) ?? (replacedBy === 'doubt' ? state : (alarmed(heard) ?? state))
}

/** The word that replaces states of each kind while this is known of the connector; undefined: none does. */
export const wordsUnder = (heard: Heard): Record<Exclude<ReplacedBy, 'nothing'>, DeliveryWord | undefined> => {
  const doubt = unfounded(heard)?.word
  return { doubt, connector: doubt ?? alarmed(heard)?.word }
}

/** The state that overrides every other: no connector leads, it is silent, or its numbers may be wrong. */
export function unfounded(heard: Heard): DeliveryState | undefined {
  const { refusal, doubt, isFirm = false } = heard
  if (refusal) return act(refusal.says, isFirm ? waitForExchange : refusal.remedy)
  if (isSilent(heard)) return silent(heard)
  return doubt === undefined ? undefined : act(doubt, isFirm ? compare : acknowledge)
}

const acknowledge =
  'Compare what clients received with their own records, then acknowledge it: drop-copy session acknowledge.'
const compare =
  'Compare the copies that came with your own records, and tell operations of the exchange what is missing.'
const waitForExchange = 'Operations of the exchange have to see to it; nothing is delivered until then.'
const seenToByExchange = 'Operations of the exchange have to see to it; copies may be late or missing until then.'

/** While the connector says nothing, nobody knows the present state. */
export function silent({ agoMs, isFirm = false }: Heard): DeliveryState {
  const sentence =
    agoMs === undefined ? 'The connector has not reported yet.' : `No word from the connector for ${writeAge(agoMs)}.`
  return {
    word: 'Unknown',
    text: 'Unknown',
    sentence,
    todo: `Every figure here is stale. ${isFirm ? 'The exchange has to see that the connector runs.' : 'See that the connector runs.'}`,
  }
}

const act = (sentence: string, todo: string): DeliveryState => ({
  word: 'Needs you',
  text: 'Needs you',
  sentence,
  todo,
})

/** Copies may be late or missing on every target of a connector that wants an operator. */
const alarmed = ({ alarm }: Heard): DeliveryState | undefined =>
  alarm &&
  (alarm.says === null
    ? act('The connector that copies for this group has raised an alarm.', seenToByExchange)
    : act(alarm.says, 'Settle what it names, or tell operations.'))

function targetTrouble(facts: TargetFacts): DeliveryState | undefined {
  const open = unaccounted(facts.ledger)
  if (open !== 0)
    return act(
      `${writeCount(Math.abs(open))} ${open > 0 ? 'messages are' : 'copies too many are'} unaccounted for on ${facts.sessionId}.`,
      'Compare the ledger of each source, and tell operations.',
    )
  return facts.alarm
    ? act(`${facts.sessionId}: ${facts.alarm}`, 'Settle what it names, or tell operations.')
    : undefined
}

function needsYou(facts: TargetFacts, feeds: readonly FeedFacts[]): DeliveryState | undefined {
  if (facts.part === 'refused')
    return act(
      `The connector refused ${facts.sessionId}: ${facts.detail ?? 'no reason given'}.`,
      'Undo the publication, or mend what it names and publish again.',
    )
  if (facts.part === 'unanswered' && facts.publishedAgoMs > answerWithinMs)
    return act(
      `The connector has not answered for ${facts.sessionId} in ${writeAge(facts.publishedAgoMs)}.`,
      'Wait, or undo the publication.',
    )
  for (const feed of feeds) {
    const bad = feedNeeds(feed)
    if (bad) return bad
  }
  return undefined
}

/** The trouble of a feed that needs somebody to act. */
export function feedNeeds(feed: FeedFacts): DeliveryState | undefined {
  const about = (sentence: string, todo: string) => ({ ...act(sentence, todo), feed: feed.id })
  if (feed.alarm) return about(`Feed ${feed.id}: ${feed.alarm}.`, 'Settle it with whoever runs the gateway.')
  if (feed.part === 'refused')
    return about(
      `The connector refused feed ${feed.id}: ${feed.detail ?? 'no reason given'}.`,
      'Mend the feed’s settings.',
    )
  if (feed.lost > 0)
    return about(
      `${writeCount(feed.lost)} messages of feed ${feed.id} were lost this trading week before they reached us.`,
      'Ask the gateway for them, and tell the clients.',
    )
  return undefined
}

function held(facts: TargetFacts): DeliveryState | undefined {
  if (facts.wanted === 'closed')
    return { word: 'Paused', text: 'Closed', sentence: `${facts.sessionId} is closed: nothing is delivered on it.` }
  if (facts.wanted !== 'paused') return undefined
  const why = facts.pauseReason ? `: ${facts.pauseReason}` : ''
  return {
    word: 'Paused',
    text: `Paused by ${facts.pausedBy ?? 'somebody'}`,
    sentence: `Paused${why}. ${keptWords(facts.ledger)}.`,
  }
}

const copies = (count: number) => (count === 1 ? '1 copy' : `${writeCount(count)} copies`)
const verb = (count: number, one: string, many: string) => (count === 1 ? one : many)

/**
 * In the words of the columns beside it. Waiting copies get numbers when the client comes; held ones it must ask for.
 */
export const keptWords = ({ waiting, held }: Ledger, of = ''): string => {
  const waits = `${copies(waiting)}${of} ${verb(waiting, 'waits', 'wait')}`
  const isHeld = `${copies(held)}${waiting > 0 ? '' : of} ${verb(held, 'is', 'are')} held`
  if (waiting > 0 && held > 0) return `${waits} and ${isHeld}`
  if (held > 0) return isHeld
  return waiting > 0 ? waits : 'No copy waits'
}

function moving(facts: TargetFacts, feeds: readonly FeedFacts[]): DeliveryState {
  const say = (word: DeliveryWord, sentence: string): DeliveryState => ({ word, text: word, sentence })
  if (!facts.hasCredential)
    return say(
      'Waiting for them',
      `No password or access key yet, so no client can log on to ${facts.sessionId}. ${keptWords(facts.ledger)}.`,
    )
  if (!facts.loggedOn) return say('Waiting for them', `No logon. ${keptWords(facts.ledger)}.`)
  if (facts.behindMs > lateAfterMs)
    return say(
      'Late',
      `The client reads too slowly: ${writeAge(facts.behindMs)} behind, ${copies(facts.ledger.waiting)} waiting.`,
    )
  const away = feeds.find((feed) => !feed.connected)
  if (away) {
    const sentence = `Feed ${away.id} is not connected; its messages come when it is back.`
    return { ...say('Late', sentence), feed: away.id }
  }
  if (facts.onBackup) return say('On backup', 'Delivered on the backup address.')
  const missing = feeds.reduce((sum, feed) => sum + feed.gap, 0)
  if (missing > 0) return say('Catching up', `${writeCount(missing)} messages are being asked for again upstream.`)
  if (facts.recovering > 0) return say('Catching up', `${copies(facts.recovering)} to go.`)
  if (facts.part === 'unanswered') return say('Catching up', 'A change was published and is being applied.')
  return say('Complete', 'Every copy that should be there is there.')
}

/**
 * The delivery state for a guarantor, who sees figures of its own sessions but no target. `sessions`: how many of them
 * are in the group now.
 */
export function sessionsState(ledger: Ledger, sessions: number): OwnState {
  const open = unaccounted(ledger)
  if (open !== 0) {
    const sentence = `${writeCount(Math.abs(open))} messages of your sessions are unaccounted for.`
    return { ...act(sentence, 'Tell operations of the exchange.'), replacedBy: 'doubt' }
  }
  const say = (word: DeliveryWord, text: string, sentence: string): OwnState => {
    return { word, text, sentence, replacedBy: 'connector' }
  }
  if (ledger.waiting + ledger.held > 0)
    return say('Waiting for them', 'Waiting for them', `${keptWords(ledger, ' of your sessions')} for the client.`)
  return sessions === 0
    ? say('Complete', 'None of yours', 'None of your sessions is in this group now.')
    : say('Complete', 'Complete', 'Every copy of your sessions that should be there is there.')
}

/** A group some of whose sources were stopped for want of a consent; the first is named, the others are counted. */
export function stoppedState(stops: readonly { source: string; firmName: string | null }[]): OwnState | undefined {
  const [first] = stops
  if (!first) return undefined
  const { sentence, todo } = stopSentences(first.source, first.firmName)
  const more = stops.length - 1
  const all = more > 0 ? `${sentence} So ${verb(more, 'is 1 other', `are ${writeCount(more)} others`)}.` : sentence
  return { ...act(all, todo), replacedBy: 'nothing' }
}

/** A group is as well as its worst target; without targets there is nothing to deliver on yet. */
export function groupState(targets: readonly OwnState[]): OwnState {
  const worst = [...targets].sort((a, b) => worstFirst(a, b) || firmness(b) - firmness(a))[0]
  const none = { word: 'Waiting for them', text: 'Waiting for them', sentence: 'No target yet.' } as const
  return worst ?? { ...none, replacedBy: 'connector' }
}

const firmness = (state: OwnState): number => replacedBy.indexOf(state.replacedBy)

/** For sorting rows. */
export const worstFirst = (a: { word: DeliveryWord }, b: { word: DeliveryWord }): number =>
  deliveryWords.indexOf(a.word) - deliveryWords.indexOf(b.word)
