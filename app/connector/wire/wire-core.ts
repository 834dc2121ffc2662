import type { Control } from '#connector/state/control.ts'
import type { Wire } from './wire.ts'

/** What the event loop brings begins a turn, unless one has begun: the first thing that whoever is called does. */
export type Turns = { turn(): void }

/**
 * What a session needs of the core: the time of the present turn, the journal's open batch, and the connections that
 * have something to send in it. A session's frames leave when the batch that holds their records is durable.
 */
export type WireCore = Turns & {
  readonly wallMs: number
  readonly steadyMs: number
  /** What a peer's SendingTime(52) is measured by. */
  readonly clocksMs: readonly number[]
  /** An outbound number used for something that is no copy. `bytes`: the frame, where a resend must find it again. */
  used(session: number, epoch: number, number: number, msgType: string, bytes?: Uint8Array): void
  /** The next number that a session expects of its peer. */
  inbound(session: number, next: number): void
  control(control: Control): void
  /** This connection has something to send in this turn. */
  touch(wire: Wire): void
}
