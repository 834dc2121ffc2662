import type { WithdrawConsentInput } from '#domain/group/input.ts'
import type { Actor } from '#domain/people/permissions.ts'
import type { CommandAnswer } from './command.ts'
import type { Deps } from './deps.ts'

/** A guarantor takes its sessions out of a group, at once: narrowing needs one person and a reason. */
export function withdrawConsent(
  _input: WithdrawConsentInput,
  _actor: Actor,
  _deps: Deps,
): CommandAnswer<{ version: number; sources: string[] }> {
  throw new Error('unreachable: being written')
}
