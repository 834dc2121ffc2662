import type { ChangeRolesInput } from '#domain/people/input.ts'
import type { Actor } from '#domain/people/permissions.ts'
import type { CommandAnswer } from './command.ts'
import type { Deps } from './deps.ts'

/** Give a person other roles, from now on. Nobody changes their own. */
export function changeRoles(_input: ChangeRolesInput, _actor: Actor, _deps: Deps): CommandAnswer<{ userId: string }> {
  throw new Error('unreachable: being written')
}
