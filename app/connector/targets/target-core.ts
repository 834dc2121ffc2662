import type { State } from '#connector/state/state.ts'
import type { WireCore } from '#connector/wire/wire-core.ts'
import type { Constant } from '#dropcopy/constant.ts'
import type { JournalAppend } from '#journal/append.ts'
import type { JournalRead } from '#journal/read.ts'
import type { Deliveries } from './deliveries.ts'

/** What targets and their resends need of the core besides sessions: they number copies, and read the journal. */
export type TargetCore = WireCore & {
  readonly clock: { wallMs(): number; steadyMs(): number }
  /** `trustedMs`: the clock that logon windows go by. */
  readonly steps: { trustedMs(): number }
  readonly state: State
  readonly journal: JournalAppend & JournalRead
  /** SendingTime(52) of copies numbered in this turn. */
  readonly sendingTime: Constant
  /** Notes copies that are to be appended before the turn ends. */
  build(deliveries: Deliveries): void
  /** Appends the copies numbered so far: afterwards the state includes them. */
  flushDeliveries(): void
  /** A bug or an outage that leaves nothing to rely on: the process must end. */
  fail(error: Error): void
}
