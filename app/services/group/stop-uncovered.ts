import type { Tx } from '#db/client.ts'
import { listSourcesById } from '#db/queries/feed/sources.ts'
import { listConsents, listUncovered, type UncoveredRow } from '#db/queries/group/consents.ts'
import { findGroup, type GroupRecord, showGroupTo } from '#db/queries/group/groups.ts'
import { insertStops } from '#db/queries/group/stops.ts'
import { joined, noConsentOf, type Stopping } from '#domain/consent/stops.ts'
import type { Environment } from '#domain/reference/environment.ts'
import { audit } from '#services/command.ts'
import { publishRows, readSettings } from '#services/publication/publish-parts.ts'
import { removeSources } from '#services/request/apply-items.ts'

/** A source, and a firm whose consent for it is missing. */
export type Missing = Pick<UncoveredRow, 'sourceId' | 'source' | 'guarantorId' | 'guarantorName'>

/** A source that was taken out of a group because a guarantor's consent is missing, and the version that did it. */
export type Stopped = { group: string; source: string; reason: string; version: number }

/**
 * Ask the one invariant, and take out of its group every source that flows without the consent of a firm that
 * guarantees it today. This runs every minute and before every publication, because the rows may be written by
 * anything, even an operator's SQL statement. Owner, guarantor and exchange read what was stopped and what to do. With
 * the system's sight.
 */
export async function stopUncovered(tx: Tx, now: Date, only?: Environment): Promise<Stopped[]> {
  const rows = (await listUncovered(tx)).filter((row) => only === undefined || row.environment === only)
  const stopped: Stopped[] = []
  for (const groupId of new Set(rows.map((row) => row.groupId))) {
    const own = rows.filter((row) => row.groupId === groupId)
    stopped.push(...(await stopInGroup(tx, groupId, own, now)))
  }
  return stopped
}

async function stopInGroup(tx: Tx, groupId: string, rows: readonly UncoveredRow[], now: Date): Promise<Stopped[]> {
  const group = await findGroup(tx, groupId)
  if (!group) throw new Error(`group ${groupId} is gone`)
  const { environment, ownerId } = group
  const bySource = new Map(rows.map((row) => [row.source, rows.filter((one) => one.source === row.source)]))
  for (const [source, missing] of bySource) {
    const live = await listConsents(tx, groupId, now)
    // a period that begins now cannot end now
    const consents = live.filter(({ during: { from } }) => from && from < now)
    const ids = missing.map((row) => row.sourceId)
    const sourceRows = new Map((await listSourcesById(tx, ids, now)).map((row) => [row.name, row]))
    await removeSources(tx, groupId, [source], { sourceRows, consents }, { by: null, reason: reasonOf(missing), now })
  }
  const settings = await readSettings(tx, environment)
  const cause = { cause: 'reference' as const, causeId: groupId, madeBy: null }
  const publication = { environment, groupId, settings, ownerId, revoked: [], stopping: stoppingOf(rows), ...cause }
  const published = await publishRows(tx, publication, now)
  if (!published.ok) throw new Error(`what flows without consent cannot be stopped: ${JSON.stringify(published.error)}`)
  const version = published.value.number
  await recordStops(tx, group, rows, version, now)
  return [...bySource].map(([source, missing]) => ({ group: group.name, source, reason: reasonOf(missing), version }))
}

/**
 * Record what was taken out and whose consent is missing, and tell the owner and these firms, who now see the group.
 */
export async function recordStops(
  tx: Tx,
  { id: groupId, ownerId }: Pick<GroupRecord, 'id' | 'ownerId'>,
  rows: readonly Missing[],
  version: number,
  now: Date,
): Promise<void> {
  const guarantors = rows.flatMap((row) => row.guarantorId ?? [])
  await showGroupTo(tx, groupId, [...new Set(guarantors)], 'guarantor')
  await insertStops(
    tx,
    rows.map(({ sourceId, guarantorId: firmId, guarantorName }) => {
      const stop = { groupId, ownerId, sourceId, firmId, cause: 'no-consent' as const, revokes: false }
      return { ...stop, at: now, by: null, reason: noConsentOf(guarantorName), version }
    }),
  )
  for (const { source, guarantorId, guarantorName } of rows)
    for (const forFirm of guarantorId ? [ownerId, guarantorId] : [ownerId])
      await audit(tx, null, 'source.stop', now, {
        ...{ objectKind: 'group', objectId: groupId, forFirm },
        reason: `${source}: ${noConsentOf(guarantorName)}`,
        after: { source, version },
      })
}

/** Each source once, as the ledger will count it. */
export const stoppingOf = (rows: readonly Missing[]): Stopping[] =>
  [...new Set(rows.map((row) => row.source))].map((source) => {
    return { source, reason: reasonOf(rows.filter((row) => row.source === source)) }
  })

/** Every missing guarantor in one reason. */
const reasonOf = (missing: readonly Missing[]): string => joined(missing.map((row) => noConsentOf(row.guarantorName)))
