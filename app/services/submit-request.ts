import type { Actor } from '#domain/people/permissions.ts'
import type { DraftCommandInput } from '#domain/request/command-input.ts'
import type { CommandAnswer } from './command.ts'
import type { Deps } from './deps.ts'

/** Freeze a round and send it to its parties; straight to the GAM where all of them are met already. */
export function submitRequest(
  _input: DraftCommandInput,
  _actor: Actor,
  _deps: Deps,
): CommandAnswer<{ number: number; state: 'with-firms' | 'with-gam' }> {
  throw new Error('unreachable: being written')
}
