import { reasonOf } from './known.ts'
import { type State, type TargetState, type Terms, termsAt } from './state.ts'

type Judged = { sources: ReadonlySet<number>; reasons: Int8Array }

/** Of a source message: what decides whether a target has it. */
type Judgeable = { stream: number; class: number; position: number }

/** Who was to have what: a message is judged by the terms of its own position, whatever they are now. */
export class Membership {
  private readonly judged = new WeakMap<Terms, Judged>()

  constructor(private readonly state: State) {}

  /** Whether a message is a copy of the target, and has not been taken away since. */
  isCopyOf(target: TargetState, message: Readonly<Judgeable>): boolean {
    return this.wasCopyOf(target, message) && !isRevoked(target, message.stream, message.position)
  }

  /** Whether it was one when it came. */
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

/** Taken away with effect on the past. */
export const isRevoked = ({ history }: TargetState, stream: number, position: number): boolean =>
  history.some((entry) => entry.from > position && entry.terms?.revoked.includes(stream) === true)

/** Whether the source is or was one of the target's, and what it had then has not been taken away since. */
export function wasMember({ history }: TargetState, stream: number): boolean {
  let isMember = false
  for (const { terms } of history) {
    if (terms?.revoked.includes(stream)) isMember = false
    if (terms?.sources.includes(stream)) isMember = true
  }
  return isMember
}
