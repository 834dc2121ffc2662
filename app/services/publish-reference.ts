import { transactionInstant } from '#db/queries/instant.ts'
import { listNewestParts, lockPublications } from '#db/queries/publications.ts'
import { listReferenceData, saveFeedSettings } from '#db/queries/sources.ts'
import { saveListenOfAll } from '#db/queries/targets.ts'
import type { Part } from '#domain/configuration/parts.ts'
import type { Environment } from '#domain/reference/environment.ts'
import { type EnvironmentSettings, settingsPart } from '#domain/reference/settings.ts'
import { audit } from './command.ts'
import type { JobDeps } from './deps.ts'
import { feedPart, publishChanged, readSettings, same, sourcePart } from './publish-parts.ts'
import { stopUncovered } from './stop-uncovered.ts'

/** Where one feed and all targets of an environment are reached. */
export type Addresses = { feedId: string; feed: { host: string; port: number }; listen: EnvironmentSettings['listen'] }

/**
 * Publish the reference data as far as the newest parts do not say the same: every open feed and every open source, in a group or
 * not, so that the connector knows whose messages it hears; and, where `addresses` says so, where feed and targets are reached.
 * @returns how many parts changed
 * @throws when the result could not be run: reference data are entered by the exchange and checked before
 */
export function publishReferenceData(
  environment: Environment,
  { asJobs, now, newId }: JobDeps,
  addresses?: Addresses,
): Promise<number> {
  return asJobs(async (tx) => {
    await stopUncovered(tx, await transactionInstant(tx), environment)
    const newest = await lockPublications(tx, environment)
    const before = await listNewestParts(tx, environment)
    const settings = { ...(await readSettings(tx, environment)), ...(addresses && { listen: addresses.listen }) }
    if (addresses) await saveListenOfAll(tx, environment, addresses.listen)
    const { feeds, sources } = await listReferenceData(tx, environment, now())
    const moved = feeds.map((feed) =>
      feed.id === addresses?.feedId ? { ...feed, settings: { ...feed.settings, ...addresses.feed } } : feed,
    )
    for (const feed of moved) await saveFeedSettings(tx, feed.id, feed.settings)
    const targets = addresses ? before.flatMap((part) => listeningAt(part, addresses.listen)) : []
    const wanted = [settingsPart(environment, settings), ...moved.map(feedPart), ...sources.map(sourcePart), ...targets]
    const changed = wanted.filter((part) => !same(part, before))
    const cause = { cause: 'reference' as const, causeId: newId(), ownerId: null, madeBy: null }
    const published = await publishChanged(tx, { newest, before }, wanted, { environment, settings, ...cause }, now())
    if (!published.ok) throw new Error(`the reference data cannot be published: ${JSON.stringify(published.error)}`)
    if (published.value.changed === 0) return 0
    const after = { version: published.value.number, parts: changed.map(({ kind, objectId }) => `${kind} ${objectId}`) }
    await audit(tx, null, 'reference.publish', now(), {
      objectKind: 'environment',
      objectId: environment,
      forFirm: null,
      after,
    })
    return changed.length
  })
}

/** A target's part with other addresses; nothing for whatever else it is. */
function listeningAt(part: Part, listen: Addresses['listen']): Part[] {
  const { kind, objectId, document } = part
  if (kind !== 'target' || typeof document !== 'object' || document === null) return []
  return [{ kind, objectId, document: { ...document, listen } }]
}
