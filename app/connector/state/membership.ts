import { reasonOf } from './known.ts'
import { type State, type TargetState, type Terms, termsAt } from './state.ts'

type Judged = { sources: ReadonlySet<number>; reasons: Int8Array }

/** The part of a source message that decides whether a target has it. */
type Judgeable = { stream: number; class: number; position: number }

/** Judges a message by the terms that held at its own position, not by the present terms. */
export class Membership {
  private readonly judged = new WeakMap<Terms, Judged>()

  constructor(private readonly state: State) {}

  /** Whether a message is a copy of the target, and has not been taken away since. */
  isCopyOf(target: TargetState, message: Readonly<Judgeable>): boolean {
    return this.wasCopyOf(target, message) && !isRevoked(target, message.stream, message.position)
  }

  /** Whether the message was a copy when it came. */
  wasCopyOf(target: TargetState, { stream, class: cls, position }: Readonly<Judgeable>): boolean {
    const then = termsAt(target, position)
    if (!then) return false
    let judged = this.judged.get(then)
    if (!judged) {
      judged = { sources: new Set(then.sources), reasons: this.state.judge(then) }
      this.judged.set(then, judged)
    }
    return judged.sources.has(stream) && reasonOf(judged.reasons, cls) < 0
  }
}

/** Whether the source was taken away with effect on the past. */
export const isRevoked = ({ history }: TargetState, stream: number, position: number): boolean =>
  history.some((entry) => entry.from > position && entry.terms?.revoked.includes(stream) === true)

/** Whether the source is or was one of the target's, and what the target had of it has not been taken away since. */
export function wasMember({ history }: TargetState, stream: number): boolean {
  let isMember = false
  for (const { terms } of history) {
    if (terms?.revoked.includes(stream)) isMember = false
    if (terms?.sources.includes(stream)) isMember = true
  }
  return isMember
}
