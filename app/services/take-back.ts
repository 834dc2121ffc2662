import type { Actor } from '#domain/people/permissions.ts'
import type { WithReasonInput } from '#domain/request/command-input.ts'
import type { CommandAnswer } from './command.ts'
import type { Deps } from './deps.ts'

/** Take an approval back before anything was published: the request is with the firms again. */
export function takeBackApproval(
  _input: WithReasonInput,
  _actor: Actor,
  _deps: Deps,
): CommandAnswer<{ number: number }> {
  throw new Error('unreachable: being written')
}
