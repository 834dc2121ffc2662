import type { DisableUserInput } from '#domain/people/input.ts'
import type { Actor } from '#domain/people/permissions.ts'
import type { CommandAnswer } from './command.ts'
import type { Deps } from './deps.ts'

/** Lock a person out at once; their decisions stand. */
export function disableUser(_input: DisableUserInput, _actor: Actor, _deps: Deps): CommandAnswer<{ userId: string }> {
  throw new Error('unreachable: being written')
}
