import type { State } from '#connector/state/state.ts'
import type { WireCore } from '#connector/wire/wire-core.ts'
import type { JournalAppend } from '#journal/append.ts'
import type { JournalKeep } from '#journal/keep.ts'
import type { MessageFields } from '#journal/records.ts'

/** What feeds and the intake need of the core besides sessions: they append messages, and read the state. */
export type FeedCore = WireCore & {
  readonly clock: { wallMs(): number; steadyMs(): number }
  readonly state: State
  readonly journal: Pick<JournalAppend, 'memory' | 'messageRoom'> & Pick<JournalKeep, 'recovery'>
  /** Appends a message and applies it to the state. Answers its position. */
  message(fields: Readonly<MessageFields>, bytes: Uint8Array, start: number, end: number): number
  /** The same for bytes already written where the journal's `messageRoom` said. */
  messageWritten(fields: Readonly<MessageFields>, length: number): number
}
