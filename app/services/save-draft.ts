import type { Actor } from '#domain/people/permissions.ts'
import type { SaveDraftInput } from '#domain/request/command-input.ts'
import type { CommandAnswer } from './command.ts'
import type { Deps } from './deps.ts'

/** Save one step of a draft or of a returned request, as far as it goes. `version` is the one the page was loaded with. */
export function saveDraft(
  _input: SaveDraftInput,
  _actor: Actor,
  _deps: Deps,
): CommandAnswer<{ number: number; version: number }> {
  throw new Error('unreachable: being written')
}
