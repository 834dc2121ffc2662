import type { TargetCommandInput } from '#domain/group/input.ts'
import type { Actor } from '#domain/people/permissions.ts'
import type { CommandAnswer } from './command.ts'
import type { Deps } from './deps.ts'

export type CreatedCredential = { credentialId: string; sessionId: string; fingerprint: string; secret: string | null }

/** Create a password for a target. The secret is in this answer alone; the same form sent twice answers `secret: null`. */
export function createCredential(
  _input: TargetCommandInput,
  _actor: Actor,
  _deps: Deps,
): CommandAnswer<CreatedCredential> {
  throw new Error('unreachable: being written')
}
