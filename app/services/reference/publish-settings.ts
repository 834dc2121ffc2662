import type { Tx } from '#db/client.ts'
import { listNewestParts, lockPublications, type StoredPart } from '#db/queries/publication/publications.ts'
import type { Environment } from '#domain/reference/environment.ts'
import { changedSettings, type EnvironmentSettings, settingsPart } from '#domain/reference/settings.ts'
import { ok } from '#domain/result.ts'
import type { Operator } from '#domain/target/rights.ts'
import { audit, type CommandAnswer } from '#services/command.ts'
import type { Deps } from '#services/deps.ts'
import { publishChanged, same } from '#services/publication/publish-parts.ts'

/**
 * Publish the settings of an environment as a version: trading week, identity of the exchange, limits, retention, how
 * targets are set up. The queue settings that each target's part holds (`queueDepth`, `queueGraceS`) change in the same
 * version, so that no later publication of a group changes them unasked. Existing targets keep their addresses, because
 * a change would cut their clients.
 * @param by an operator of the portal's machine; undefined: the portal itself
 * @returns `version` null: the settings are published already
 */
export async function publishSettings(
  tx: Tx,
  environment: Environment,
  settings: EnvironmentSettings,
  by: (Operator & { reason: string | null }) | undefined,
  { newId, now }: Pick<Deps, 'newId' | 'now'>,
): CommandAnswer<{ version: number | null }> {
  const newest = await lockPublications(tx, environment)
  const before = await listNewestParts(tx, environment)
  const part = settingsPart(environment, settings)
  if (same(part, before)) return ok({ version: null })
  const shared = { environment, settings, causeId: newId(), ownerId: null, madeBy: null }
  const wanted = [part, ...before.flatMap((one) => queuedAs(one, settings))]
  const at = now()
  const published = await publishChanged(tx, { newest, before }, wanted, { ...shared, cause: 'reference' }, at)
  if (!published.ok) return published
  const version = published.value.number
  const old = before.find(({ kind }) => kind === 'environment')?.document
  const changed = changedSettings(old, settings)
  await audit(tx, null, 'settings.publish', at, {
    ...{ objectKind: 'environment', objectId: environment, forFirm: null, reason: by?.reason ?? null },
    before: Object.fromEntries(changed.map(({ name, from }) => [name, from ?? null])),
    after: {
      ...Object.fromEntries(changed.map(({ name, to }) => [name, to ?? null])),
      version,
      operator: by?.operator,
    },
  })
  return ok({ version })
}

/** A target's part with the queue of these settings; nothing for other kinds of part. */
function queuedAs({ kind, objectId, document }: StoredPart, { queueDepth, queueGraceS }: EnvironmentSettings) {
  if (kind !== 'target' || typeof document !== 'object' || document === null) return []
  return [{ kind, objectId, document: { ...document, queueDepth, queueGraceS } }]
}
