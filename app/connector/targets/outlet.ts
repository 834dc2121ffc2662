import type { CopyKey } from '#connector/state/fold.ts'
import type { Membership } from '#connector/state/membership.ts'
import type { State, TargetState } from '#connector/state/state.ts'
import type { Wire } from '#connector/wire/wire.ts'
import type { Constant } from '#dropcopy/constant.ts'
import type { SourceMessage } from '#dropcopy/source-message.ts'
import type { Field } from '#fix/encode.ts'
import type { Draft, Session } from '#fix/session-state.ts'
import type { JournalRead } from '#journal/read.ts'
import type { MessageRecord } from '#journal/records.ts'
import type { CopySource, CopySources } from './copying/copying.ts'
import type { TargetCore } from './target-core.ts'
import type { TargetReport } from './target-report.ts'

/** What room is asked for: a live copy, a copy that waited, or the first copy after there was no room. */
export type Room = 'hasRoom' | 'hasRoomToCatchUp' | 'hasRoomAgain'

/** A copy sent again by FIX resend: under its own number, with the time of its first sending. */
export type Resent = {
  targetSeqNum: number
  /** The original ApplLastSeqNum(1350); 0: it had none. */
  previous: number
  applResend: boolean
  possResend: boolean
  sendingTime: Constant
  origSendingTime: Constant
}

/**
 * What the copies of one target leave through: the cursor, both kinds of resend and their pace know no more of a target
 * than this. Each of them takes the part that it needs.
 */
export type Outlet = {
  readonly id: number
  readonly name: string
  readonly core: OutletCore
  readonly peer: OutletSession
  /** The durable state: the numbers, what waits, the chains. */
  readonly state: TargetState
  readonly membership: Pick<Membership, 'isCopyOf'>
  readonly sources: CopySources
  readonly report: Pick<TargetReport, 'behindSinceMs' | 'isCatchingUp'>

  /** Copies waiting that are not yet numbered in this turn. */
  readonly behind: number
  /** Whether the next copy may be numbered. */
  has(room: Room): boolean
  /** Whether there is room for something sent again without making a live copy wait. */
  readonly hasRoomToSpare: boolean

  /** Numbers a copy that waited, and writes it if a client is there. Answers the wire that has it to send then. */
  copy(source: SourceMessage, from: CopySource, position: number, key: CopyKey): Wire | undefined
  /** Writes a copy that was numbered before. */
  copyAgain(source: SourceMessage, from: CopySource, as: Readonly<Resent>): void
  /** Numbers and writes a message requested by application. The copy names `previous`; 0: it is the first. */
  copyByApplication(source: SourceMessage, from: CopySource, record: Readonly<MessageRecord>, previous: number): void
  /** Copies that waited have been numbered: what had to wait behind them may go on. */
  queueMoved(): void
}

/** The target's session: its numbers, and the messages that go between its copies. */
type OutletSession = {
  /** The present connection, only for comparison: another connection means another logon. */
  readonly wire: unknown
  readonly session: Session
  send(msgType: string, body: readonly Field[]): void
  /** Sends a message again under a number used before. */
  sendAgain(seqNum: number, draft: Draft): void
}

/** The time of the present turn, the state of the whole connector, and reading from the journal. */
type OutletCore = Pick<
  TargetCore,
  'wallMs' | 'steadyMs' | 'sendingTime' | 'turn' | 'control' | 'flushDeliveries' | 'fail'
> & {
  readonly state: Pick<State, 'data'>
  readonly journal: Pick<JournalRead, 'end' | 'reader' | 'findDeliveryFrom' | 'findMessages'>
}
