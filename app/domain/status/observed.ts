import type { Leader } from '../leadership/leader.ts'
import type { ReportedConnectorState, ReportedFeedState, ReportedTargetState } from './words.ts'

/** What a connector has seen since its last report: rows that changed, in full, and the objects that exist. */
export type Observed = {
  connector: string
  /** Names the environment and the shard whose rows these are. */
  leader: Leader
  at: Date
  self: ObservedConnector
  journal: ObservedJournal
  /** All present alarms; undefined: the same as last time. */
  alarms: ObservedAlarm[] | undefined
  feeds: ObservedFeed[]
  sources: ObservedSource[]
  targets: ObservedTarget[]
  ledger: LedgerFigures[]
  /** Another trading week has begun since the last report, or this is the first report: ended weeks are put away. */
  isOtherWeek: boolean
  refusedLogons: ObservedRefusedLogon[]
  /** Rows of other feeds and targets are removed; undefined: the same as last time. */
  present: { feeds: string[]; targets: string[] } | undefined
}

type ObservedConnector = {
  state: ReportedConnectorState
  pid: number
  host: string
  release: string
  startedAt: Date
  heardAt: Date
  /** The configuration version in force; null before the first. */
  runningVersion: number | null
  week: string | null
  lineage: string
  term: number
  /** What makes every figure doubtful until somebody has acknowledged it; null: nothing. */
  doubt: string | null
}

/** `position`: address of the next record. */
type ObservedJournal = { bytes: number; freeBytes: number; position: string }

/** `objectId`: the object's id in the snapshot; empty for the connector itself. */
type ObservedAlarm = { code: string; kind: string; objectId: string; says: string; since: Date }

type ObservedFeed = {
  feedId: string
  state: ReportedFeedState
  since: Date
  address: string | null
  epoch: number
  nextIn: number
  nextOut: number
  received: number
  duplicates: number
  aside: number
  /** Never received and not recoverable, of the present trading week. */
  lost: number
  /** Numbers still asked for again. */
  missing: number
  lastReceivedAt: Date | null
  detail: string | null
}

type ObservedSource = {
  /** The source's name. One that is not `known` is a name that messages were kept aside under. */
  sourceId: string
  segment: string
  feedId: string | null
  known: boolean
  epoch: number
  highest: number
  received: number
  duplicates: number
  aside: number
  lastReceivedAt: Date | null
}

type ObservedTarget = {
  sessionId: string
  state: ReportedTargetState
  since: Date
  /** primary or backup: the address in force. */
  active: string
  address: string | null
  nextIn: number
  nextOut: number
  delivered: number
  waiting: number
  held: number
  lateMs: number
  /** A resend that is being served. */
  resend: ServedResend | null
  lastLogonAt: Date | null
  lastLogoffAt: Date | null
  lastLogoffWhy: string | null
  lastCredential: string | null
  lastSentAt: Date | null
  lastHeardAt: Date | null
  /**
   * The newest ten copies, newest first. They hold the content of messages, so only the owner's people may see them.
   */
  recent: RecentCopy[]
  detail: string | null
}

/** `kind`: fix or application. `since`: ISO 8601. */
export type ServedResend = { kind: string; from: number; to: number; next: number; since: string }

/** A recent copy, decoded for people who watch the target. Texts are as in the message; codes with a word are words. */
export type RecentCopy = {
  /** SendingTime(52) of the copy, ISO 8601. */
  at: string
  /** MsgSeqNum(34) on the target. */
  seq: number
  /** The source's name, `K7T882`, and its number, tag 1181. */
  source: string
  sourceSeq: number
  /** MsgType(35) and what it says happened, in words: "Fill", "Order acknowledged". */
  kind: string
  symbol?: string
  side?: string
  qty?: string
  px?: string
}

/** A row of the ledger: `received = delivered + filtered + waiting + held + expired`. */
export type LedgerFigures = {
  sessionId: string
  sourceId: string
  segment: string
  week: string
  received: number
  delivered: number
  filtered: number
  /** The same number by reason. */
  filteredBy: Record<string, number>
  waiting: number
  held: number
  expired: number
}

type ObservedRefusedLogon = {
  at: Date
  /** feed or target: what the Logon tried to reach */
  kind: string
  /** Null: the Logon named no known feed or target. */
  objectId: string | null
  /** SenderCompID(49) as sent. */
  claimed: string
  address: string
  code: string
  says: string
}
