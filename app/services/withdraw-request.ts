import type { Actor } from '#domain/people/permissions.ts'
import type { WithReasonInput } from '#domain/request/command-input.ts'
import type { CommandAnswer } from './command.ts'
import type { Deps } from './deps.ts'

/** The owner lets the request go. */
export function withdrawRequest(
  _input: WithReasonInput,
  _actor: Actor,
  _deps: Deps,
): CommandAnswer<{ number: number }> {
  throw new Error('unreachable: being written')
}
