import type { Tx } from '#db/client.ts'
import { transactionInstant } from '#db/queries/command/instant.ts'
import { saveFeedSettings } from '#db/queries/feed/feeds.ts'
import { listReferenceData } from '#db/queries/feed/sources.ts'
import { findSettings, listNewestParts, lockPublications } from '#db/queries/publication/publications.ts'
import { saveListenOfAll } from '#db/queries/target/targets.ts'
import { assembleRunnable, type Part, type RefusedPart, shardsOf } from '#domain/configuration/parts.ts'
import type { Environment } from '#domain/reference/environment.ts'
import { commonOf, type EnvironmentSettings, settingsPart } from '#domain/reference/settings.ts'
import { audit } from '#services/command.ts'
import type { JobDeps } from '#services/deps.ts'
import { stopUncovered } from '#services/group/stop-uncovered.ts'
import {
  anySecret,
  feedPart,
  isOf,
  publishChanged,
  readSettings,
  same,
  sourcePart,
} from '#services/publication/publish-parts.ts'

/** Where one feed and all targets of an environment are reached. */
type Addresses = { feedId: string; feed: { host: string; port: number }; listen: EnvironmentSettings['listen'] }

/** `refused`: parts that cannot be run as entered; they stay as they were or are left out. */
type PublishedReference = { changed: number; refused: RefusedPart[] }

/**
 * Publish the reference data where it differs from the newest parts: every open feed and every open source, in a group
 * or not, so that the connector knows whose messages it hears. With `addresses`, also publish where the feed and the
 * targets are reached. One row that is wrong does not stop the others. An environment without settings is skipped.
 */
export async function publishReferenceData(
  environment: Environment,
  { asJobs, now, newId }: JobDeps,
  addresses?: Addresses,
): Promise<PublishedReference> {
  const nothing: PublishedReference = { changed: 0, refused: [] }
  const look = async (tx: Tx) => {
    await stopUncovered(tx, await transactionInstant(tx), environment)
    return addresses !== undefined || (await isNews(tx, environment, now()))
  }
  // read without the lock that publications wait for: nearly always there is nothing to do
  if (!(await asJobs(look))) return nothing
  return asJobs(async (tx) => {
    await stopUncovered(tx, await transactionInstant(tx), environment)
    const newest = await lockPublications(tx, environment)
    const before = await listNewestParts(tx, environment)
    const settings = { ...(await readSettings(tx, environment)), ...(addresses && { listen: addresses.listen }) }
    if (addresses) await saveListenOfAll(tx, environment, addresses.listen)
    const wanted = await wantedParts(tx, environment, now(), addresses)
    const targets = addresses ? before.flatMap((part) => listeningAt(part, addresses.listen)) : []
    const all = changedOf([settingsPart(environment, settings), ...wanted, ...targets], before)
    const refused = unrunnable(settings, before, all)
    const changed = all.filter((part) => !refused.some(({ kind, id }) => kind === part.kind && id === part.objectId))
    const cause = { cause: 'reference' as const, causeId: newId(), ownerId: null, madeBy: null }
    const published = await publishChanged(tx, { newest, before }, changed, { environment, settings, ...cause }, now())
    if (!published.ok) throw new Error(`the reference data cannot be published: ${JSON.stringify(published.error)}`)
    if (published.value.changed === 0) return { ...nothing, refused }
    const after = { version: published.value.number, parts: changed.map(({ kind, objectId }) => `${kind} ${objectId}`) }
    await audit(tx, null, 'reference.publish', now(), {
      objectKind: 'environment',
      objectId: environment,
      forFirm: null,
      after,
    })
    return { changed: changed.length, refused }
  })
}

async function isNews(tx: Tx, environment: Environment, now: Date): Promise<boolean> {
  if (!(await findSettings(tx, environment))) return false
  return changedOf(await wantedParts(tx, environment, now), await listNewestParts(tx, environment)).length > 0
}

/** The parts of every open feed and every open source. */
async function wantedParts(tx: Tx, environment: Environment, now: Date, addresses?: Addresses): Promise<Part[]> {
  const { feeds, sources } = await listReferenceData(tx, environment, now)
  const moved = feeds.map((feed) =>
    feed.id === addresses?.feedId ? { ...feed, settings: { ...feed.settings, ...addresses.feed } } : feed,
  )
  if (addresses) for (const feed of moved) await saveFeedSettings(tx, feed.id, feed.settings)
  return [...moved.map(feedPart), ...sources.map(sourcePart)]
}

/** The wanted parts that the newest ones lack or differ from. Indexed by name, since an exchange has thousands. */
function changedOf(wanted: readonly Part[], before: readonly Part[]): Part[] {
  const key = ({ kind, objectId }: Part) => `${kind} ${objectId}`
  const newest = new Map(before.map((part) => [key(part), part]))
  return wanted.filter((part) => {
    const old = newest.get(key(part))
    return !old || !same(part, [old])
  })
}

/** The changed parts with which the configuration could not be run, and why. */
function unrunnable(settings: EnvironmentSettings, before: readonly Part[], changed: readonly Part[]): RefusedPart[] {
  const parts = [...before.filter((part) => !changed.some(isOf(part))), ...changed]
  return shardsOf(parts).flatMap((shard) => {
    const result = assembleRunnable(0, { ...commonOf(settings), shard }, parts, anySecret, undefined)
    return result.ok ? result.value.refused : []
  })
}

/** A target's part with other addresses; nothing for other kinds of part. */
function listeningAt(part: Part, listen: Addresses['listen']): Part[] {
  const { kind, objectId, document } = part
  if (kind !== 'target' || typeof document !== 'object' || document === null) return []
  return [{ kind, objectId, document: { ...document, listen } }]
}
