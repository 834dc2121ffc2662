import type { Tx } from '#db/client.ts'
import { type FeedRecord, findFeed, saveFeedCredential } from '#db/queries/feed/feeds.ts'
import { listNewestParts, lockPublications } from '#db/queries/publication/publications.ts'
import { sealedFeedSecret } from '#db/sealing.ts'
import type { FeedCredential, FeedSecret } from '#domain/credential/feed-secret.ts'
import { ok, refuse } from '#domain/result.ts'
import type { Operator } from '#domain/target/rights.ts'
import { audit, type CommandAnswer } from '#services/command.ts'
import type { Deps } from '#services/deps.ts'
import { stopUncovered } from '#services/group/stop-uncovered.ts'
import { feedPart, publishChanged, readSettings } from '#services/publication/publish-parts.ts'

type Change = Operator & { reason: string | null }
/** `version` null: there was nothing to change. */
type Changed = { version: number | null }

/**
 * Seal what a feed's Logon is proved with and publish that it exists, so that a running connector uses it. For the
 * operator, over `dc_jobs`, which may write the secret but not read it; the caller rolls a refusal back.
 */
export async function setFeedCredential(
  tx: Tx,
  feedId: string,
  secret: FeedSecret,
  by: Change,
  { newId, seal, now }: Pick<Deps, 'newId' | 'seal' | 'now'>,
): CommandAnswer<Changed> {
  const feed = await findFeed(tx, feedId)
  if (feed?.state !== 'open') return refuse({ code: 'not-found' })
  const { kind } = secret
  const text = kind === 'hmac' ? secret.secretKey : secret.password
  const accessKeyId = kind === 'hmac' ? secret.accessKeyId : undefined
  const at = now()
  const made: FeedCredential = { id: newId(), kind, ...(accessKeyId && { accessKeyId }), setAt: at.toISOString() }
  return save(tx, feed, { credential: made, sealed: seal(text, sealedFeedSecret(feedId, made)) }, by, at)
}

/**
 * Remove a feed's credential, so that its Logon is proved with nothing. Refused where the feed would then accept
 * connections from other machines.
 */
export async function dropFeedCredential(tx: Tx, feedId: string, by: Change, now: Date): CommandAnswer<Changed> {
  const feed = await findFeed(tx, feedId)
  if (!feed) return refuse({ code: 'not-found' })
  if (!feed.credential) return ok({ version: null })
  return save(tx, feed, { credential: null, sealed: null }, by, now)
}

async function save(
  tx: Tx,
  feed: FeedRecord,
  made: { credential: FeedCredential | null; sealed: Buffer | null },
  { operator, reason }: Change,
  now: Date,
): CommandAnswer<Changed> {
  const { id, environment, credential: before, state } = feed
  await stopUncovered(tx, now, environment)
  const newest = await lockPublications(tx, environment)
  await saveFeedCredential(tx, id, made)
  const settings = await readSettings(tx, environment)
  const parts = await listNewestParts(tx, environment)
  // a closed feed is in no configuration
  const wanted = state === 'open' ? [feedPart({ ...feed, credential: made.credential })] : []
  const causeId = made.credential?.id ?? before?.id ?? ''
  const publication = { environment, settings, cause: 'credential' as const, causeId, ownerId: null, madeBy: null }
  const version = await publishChanged(tx, { newest, before: parts }, wanted, publication, now)
  if (!version.ok) return version
  const { number } = version.value
  await audit(tx, null, made.credential ? 'feed.set-credential' : 'feed.drop-credential', now, {
    ...{ objectKind: 'feed', objectId: id, forFirm: null, reason },
    ...(before && { before: publicOf(before) }),
    after: { ...(made.credential && publicOf(made.credential)), version: number, operator },
  })
  return ok({ version: number })
}

const publicOf = ({ id, kind, accessKeyId }: FeedCredential) => ({ id, kind, ...(accessKeyId && { accessKeyId }) })
