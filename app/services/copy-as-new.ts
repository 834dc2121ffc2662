import type { Actor } from '#domain/people/permissions.ts'
import type { CopyAsNewInput } from '#domain/request/command-input.ts'
import type { CommandAnswer } from './command.ts'
import type { Deps } from './deps.ts'

/** A new draft with the document of a request that came to nothing. */
export function copyAsNew(_input: CopyAsNewInput, _actor: Actor, _deps: Deps): CommandAnswer<{ number: number }> {
  throw new Error('unreachable: being written')
}
