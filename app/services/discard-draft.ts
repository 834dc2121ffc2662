import type { Actor } from '#domain/people/permissions.ts'
import type { DraftCommandInput } from '#domain/request/command-input.ts'
import type { CommandAnswer } from './command.ts'
import type { Deps } from './deps.ts'

/** Throw away a draft that was never submitted. Only its drafter may. */
export function discardDraft(_input: DraftCommandInput, _actor: Actor, _deps: Deps): CommandAnswer<{ number: number }> {
  throw new Error('unreachable: being written')
}
