import type { RevokeCredentialInput } from '#domain/group/input.ts'
import type { Actor } from '#domain/people/permissions.ts'
import type { CommandAnswer } from './command.ts'
import type { Deps } from './deps.ts'

/** End a password at once. */
export function revokeCredential(
  _input: RevokeCredentialInput,
  _actor: Actor,
  _deps: Deps,
): CommandAnswer<{ version: number; fingerprint: string }> {
  throw new Error('unreachable: being written')
}
