import type { Control } from '#connector/state/control.ts'
import type { Wire } from './wire.ts'

/** Every callback of the event loop begins a turn first, unless one has begun. */
export type Turns = { turn(): void }

/**
 * What a session needs of the core: the time of the present turn, the journal's open batch, and a list of connections
 * with something to send. A session's frames leave when the batch that holds their records is durable.
 */
export type WireCore = Turns & {
  readonly wallMs: number
  readonly steadyMs: number
  /** The clocks that a peer's SendingTime(52) is compared with. */
  readonly clocksMs: readonly number[]
  /** Journals an outbound number that is used for no copy. `bytes`: the frame, where a resend must find it again. */
  used(session: number, epoch: number, number: number, msgType: string, bytes?: Uint8Array): void
  /** Journals the next number that a session expects of its peer. */
  inbound(session: number, next: number): void
  control(control: Control): void
  /** Notes that this connection has something to send in this turn. */
  touch(wire: Wire): void
}
