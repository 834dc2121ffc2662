import type { Actor } from '#domain/people/permissions.ts'
import type { WithReasonInput } from '#domain/request/command-input.ts'
import type { CommandAnswer } from './command.ts'
import type { Deps } from './deps.ts'

/** Publish the previous parts again, after a refusal or a minute of silence; the request has failed. */
export function undoPublication(
  _input: WithReasonInput,
  _actor: Actor,
  _deps: Deps,
): CommandAnswer<{ number: number }> {
  throw new Error('unreachable: being written')
}
