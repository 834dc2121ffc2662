import { insertCredential, listLiveCredentials } from '#db/queries/targets.ts'
import {
  fingerprint,
  hex,
  liveCredentials,
  saltBytes,
  secretBytes,
  secretFrom,
  verifierOf,
} from '#domain/credential/secret.ts'
import type { TargetCommandInput } from '#domain/group/input.ts'
import type { Actor } from '#domain/people/permissions.ts'
import { ok, refuse } from '#domain/result.ts'
import { audit, type CommandAnswer, runCommand } from './command.ts'
import { type Deps, sha256Bytes } from './deps.ts'
import { publishAct, targetFor } from './target-act.ts'

export type CreatedCredential = {
  credentialId: string
  sessionId: string
  fingerprint: string
  secret: string | null
}

/**
 * Create a password for a target and publish its verifier. Only the owner's technical contact may, nobody of the exchange. The
 * secret is in this answer alone; the same form sent twice answers `secret: null`.
 */
export async function createCredential(
  input: TargetCommandInput,
  actor: Actor,
  deps: Deps,
): CommandAnswer<CreatedCredential> {
  const { sessionId, reason } = input
  const about = { action: 'credential.create', objectKind: 'target', objectId: sessionId, reason }
  let made: string | null = null // beside the answer, which is kept: a secret must not be
  const answer = await runCommand(
    deps,
    actor,
    input.commandId,
    about,
    async (tx, now): CommandAnswer<Omit<CreatedCredential, 'secret'>> => {
      const found = await targetFor(tx, sessionId)
      if (!found.ok) return found
      const { target, group } = found.value
      if (actor.firmId !== group.ownerId || !actor.standings.includes('technical-contact'))
        return refuse({ code: 'not-allowed', needs: 'technical-contact' })
      if (target.state === 'closed') return refuse({ code: 'not-found' })
      const live = await listLiveCredentials(tx, [target.id])
      if (live.length >= liveCredentials) return refuse({ code: 'too-many-credentials', limit: liveCredentials })
      const secret = secretFrom(deps.randomBytes(secretBytes))
      const verifier = verifierOf(secret, hex(deps.randomBytes(saltBytes)), sha256Bytes)
      const row = {
        id: deps.newId(),
        targetId: target.id,
        kind: 'password' as const,
        fingerprint: fingerprint(verifier),
      }
      await insertCredential(tx, { ...row, verifier, claimedBy: actor.userId, claimedAt: now })
      const published = await publishAct(tx, found.value, { cause: 'credential', causeId: row.id, actor }, now)
      if (!published.ok) return published
      const after = { fingerprint: row.fingerprint, version: published.value }
      const done = { objectKind: 'target', objectId: sessionId, forFirm: group.ownerId, reason, after }
      await audit(tx, actor, 'credential.create', now, done)
      made = secret
      return ok({ credentialId: row.id, sessionId, fingerprint: row.fingerprint })
    },
  )
  return answer.ok ? ok({ ...answer.value, secret: made }) : answer
}
