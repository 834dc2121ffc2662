import type { TargetCommandInput } from '#domain/group/input.ts'
import type { Actor } from '#domain/people/permissions.ts'
import type { CommandAnswer } from './command.ts'
import type { Deps } from './deps.ts'

/** Stop delivery on a target, at once; copies are held. */
export function pauseTarget(
  _input: TargetCommandInput,
  _actor: Actor,
  _deps: Deps,
): CommandAnswer<{ version: number }> {
  throw new Error('unreachable: being written')
}
