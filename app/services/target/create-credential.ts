import { asSystem, type Tx } from '#db/client.ts'
import { findTerms } from '#db/queries/group/groups.ts'
import { lockPublications } from '#db/queries/publication/publications.ts'
import {
  type CredentialRecord,
  expireCredential,
  insertCredential,
  listLiveCredentials,
} from '#db/queries/target/targets.ts'
import type { CredentialKind } from '#db/schema/targets.ts'
import { sealedKey } from '#db/sealing.ts'
import { expiryBeside } from '#domain/credential/rotation.ts'
import {
  accessKeyBytes,
  accessKeyFrom,
  fingerprint,
  hex,
  saltBytes,
  secretBytes,
  secretFrom,
  verifierOf,
} from '#domain/credential/secret.ts'
import type { TargetCommandInput } from '#domain/group/input.ts'
import type { Actor } from '#domain/people/permissions.ts'
import { ok, refuse } from '#domain/result.ts'
import { mayNot, noRoom } from '#domain/target/rights.ts'
import { audit, type CommandAnswer, runCommand } from '#services/command.ts'
import { type Deps, sha256Bytes } from '#services/deps.ts'
import { actedOn, publishAct, targetFor } from './target-act.ts'

export type CreatedCredential = {
  credentialId: string
  sessionId: string
  kind: CredentialKind
  /** For an access key, its id. */
  fingerprint: string
  secret: string | null
}

/**
 * Create what a target's client logs on with, and publish that it exists. A Drop Copy 4.0 target gets an access key,
 * whose secret is kept sealed for connectors; an older key beside it lives for four more weeks. A classic target gets a
 * password, of which only a verifier is kept. Only the owner's technical contact may do this, nobody of the exchange.
 * Only this answer has the secret; the same form sent twice answers `secret: null`.
 */
export async function createCredential(
  input: TargetCommandInput,
  actor: Actor,
  deps: Deps,
): CommandAnswer<CreatedCredential> {
  const { sessionId, reason } = input
  const about = { action: 'credential.create', objectKind: 'target', objectId: sessionId, reason }
  let made: string | null = null // not in the answer, which is kept: a secret must not be
  const answer = await runCommand(
    deps,
    actor,
    input,
    about,
    async (tx, now): CommandAnswer<Omit<CreatedCredential, 'secret'>> => {
      const found = await targetFor(tx, sessionId)
      if (!found.ok) return found
      const { target, group } = found.value
      const barred = mayNot('create-credential', actedOn(found.value), actor)
      if (barred) return refuse(barred)
      await lockPublications(tx, target.environment) // if two run at once, the second sees what the first has made
      const live = await listLiveCredentials(tx, [target.id], now)
      const full = noRoom(live.length)
      if (full) return refuse(full)
      const terms = await findTerms(tx, group.id, now)
      const id = deps.newId()
      const { secret, row } = terms?.protocol === 'dc4' ? accessKey(id, deps) : password(deps)
      await insertCredential(tx, { ...row, id, targetId: target.id, claimedBy: actor.userId, claimedAt: now })
      const expires = row.kind === 'hmac' ? await expireOlder(tx, live[0], now) : undefined
      const published = await publishAct(tx, found.value, { cause: 'credential', causeId: id, actor }, now)
      if (!published.ok) return published
      const after = {
        kind: row.kind,
        fingerprint: row.fingerprint,
        version: published.value,
        ...(expires && { expires }),
      }
      const done = { objectKind: 'target', objectId: sessionId, forFirm: group.ownerId, reason, after }
      await audit(tx, actor, 'credential.create', now, done)
      made = secret
      return ok({ credentialId: id, sessionId, kind: row.kind, fingerprint: row.fingerprint })
    },
  )
  return answer.ok ? ok({ ...answer.value, secret: made }) : answer
}

/**
 * Creating a newer key makes the older one expire four weeks later (spec §2.4).
 * @returns for the event, what expires when
 */
async function expireOlder(tx: Tx, older: CredentialRecord | undefined, now: Date) {
  if (older?.kind !== 'hmac') return undefined
  const at = expiryBeside(older, now)
  await asSystem(tx, () => expireCredential(tx, older.id, at))
  return { fingerprint: older.fingerprint, at: at.toISOString() }
}

function password({ randomBytes }: Deps) {
  const secret = secretFrom(randomBytes(secretBytes))
  const verifier = verifierOf(secret, hex(randomBytes(saltBytes)), sha256Bytes)
  return { secret, row: { kind: 'password' as const, verifier, fingerprint: fingerprint(verifier) } }
}

function accessKey(id: string, { randomBytes, seal }: Deps) {
  const { accessKeyId, secretKey } = accessKeyFrom(randomBytes(accessKeyBytes))
  const sealed = seal(secretKey, sealedKey(id, accessKeyId))
  return { secret: secretKey, row: { kind: 'hmac' as const, sealed, fingerprint: accessKeyId } }
}
