import type { TargetCommandInput } from '#domain/group/input.ts'
import type { Actor } from '#domain/people/permissions.ts'
import type { CommandAnswer } from './command.ts'
import type { Deps } from './deps.ts'

/** Deliver on a paused target again: whoever paused it, or operations. */
export function resumeTarget(
  _input: TargetCommandInput,
  _actor: Actor,
  _deps: Deps,
): CommandAnswer<{ version: number }> {
  throw new Error('unreachable: being written')
}
