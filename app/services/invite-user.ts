import type { InviteUserInput } from '#domain/people/input.ts'
import type { Actor } from '#domain/people/permissions.ts'
import type { CommandAnswer } from './command.ts'
import type { Deps } from './deps.ts'

/**
 * Name a new person of a firm and give them roles. The link with which they set a password is made by whoever may write
 * sign-in secrets, from the answer's user id.
 */
export function inviteUser(
  _input: InviteUserInput,
  _actor: Actor,
  _deps: Deps,
): CommandAnswer<{ userId: string; email: string }> {
  throw new Error('unreachable: being written')
}
