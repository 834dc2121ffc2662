import type { Actor } from '#domain/people/permissions.ts'
import type { DecideInput } from '#domain/request/command-input.ts'
import type { RequestState } from '#domain/request/lifecycle.ts'
import type { CommandAnswer } from './command.ts'
import type { Deps } from './deps.ts'

/** Answer for a party of the round: approve, return or reject what was shown. The exchange’s approval publishes at once. */
export function decideRequest(
  _input: DecideInput,
  _actor: Actor,
  _deps: Deps,
): CommandAnswer<{ number: number; state: RequestState }> {
  throw new Error('unreachable: being written')
}
