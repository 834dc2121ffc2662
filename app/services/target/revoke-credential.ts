import { asSystem } from '#db/client.ts'
import { findGroup } from '#db/queries/group/groups.ts'
import { findCredential, revokeCredentialRow } from '#db/queries/target/targets.ts'
import type { RevokeCredentialInput } from '#domain/group/input.ts'
import type { Actor } from '#domain/people/permissions.ts'
import { ok, refuse } from '#domain/result.ts'
import { hasEnded, mayNot } from '#domain/target/rights.ts'
import { audit, type CommandAnswer, runCommand } from '#services/command.ts'
import type { Deps } from '#services/deps.ts'
import { actedOn, publishAct } from './target-act.ts'

type RevokedCredential = { version: number; fingerprint: string }

/**
 * End a password at once: for the owner's technical contact, or operations. There is no way back but to create another.
 */
export function revokeCredential(
  input: RevokeCredentialInput,
  actor: Actor,
  deps: Deps,
): CommandAnswer<RevokedCredential> {
  const { credentialId, reason } = input
  const about = { action: 'credential.revoke', objectKind: 'credential', objectId: credentialId, reason }
  return runCommand(deps, actor, input, about, async (tx, now): CommandAnswer<RevokedCredential> => {
    const credential = await findCredential(tx, credentialId)
    const group = credential && (await findGroup(tx, credential.target.groupId))
    if (!credential || !group) return refuse({ code: 'not-found' })
    const { target, fingerprint } = credential
    const barred = mayNot('revoke-credential', actedOn({ target, group }), actor) ?? hasEnded(credential, now)
    if (barred) return refuse(barred)
    const isRevoked = await asSystem(tx, () => revokeCredentialRow(tx, credentialId, actor.userId, now))
    if (!isRevoked) return refuse({ code: 'already-revoked' })
    const by = { cause: 'credential' as const, causeId: credentialId, actor }
    const version = await publishAct(tx, { target, group }, by, now)
    if (!version.ok) return version
    const done = { objectKind: 'target', objectId: target.sessionId, forFirm: group.ownerId, reason }
    await audit(tx, actor, 'credential.revoke', now, { ...done, after: { fingerprint, version: version.value } })
    return ok({ version: version.value, fingerprint })
  })
}
