import type { Actor } from '#domain/people/permissions.ts'
import type { StartRequestInput } from '#domain/request/command-input.ts'
import type { CommandAnswer } from './command.ts'
import type { Deps } from './deps.ts'

/** Open an empty draft: a new group, a change of one, or its end. */
export function startRequest(_input: StartRequestInput, _actor: Actor, _deps: Deps): CommandAnswer<{ number: number }> {
  throw new Error('unreachable: being written')
}
