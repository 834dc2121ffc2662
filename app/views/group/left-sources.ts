import type { Tx } from '#db/client.ts'
import { listEndedMembers } from '#db/queries/group/group-rows.ts'
import type { GroupRecord } from '#db/queries/group/groups.ts'
import { listStops, listWithdrawnGroups } from '#db/queries/group/stops.ts'
import { listFirstNumbers } from '#db/queries/publication/reports.ts'
import { stoppedBecause } from '#domain/consent/stops.ts'
import type { Environment } from '#domain/reference/environment.ts'
import type { SourceFigures } from '#domain/status/source.ts'
import { type Ledger, noLedger } from '#domain/status/state.ts'
import { sessionsOf } from './group-rows.ts'
import type { LeftSource, StopNote } from './group-view.ts'

/** The first number of a source that is no longer copied, as the connector reported it when it ran this version. */
export type FromNumber = (version: number, source: string) => number | null

/** Reports of these targets on this version and later ones; a closed target reports nothing. */
export async function readFromNumbers(
  tx: Tx,
  environment: Environment,
  sessions: readonly string[],
  versions: readonly number[],
): Promise<FromNumber> {
  if (versions.length === 0) return () => null
  const rows = await listFirstNumbers(tx, environment, sessions, Math.min(...versions))
  return (version, source) =>
    rows.find(({ number, from }) => number >= version && from?.[source] !== undefined)?.from?.[source] ?? null
}

type Known = {
  present: readonly string[]
  sessions: readonly string[]
  ledgers: ReadonlyMap<string, Ledger>
  figures: ReadonlyMap<string, SourceFigures>
}

/**
 * Sources that left the group but have figures in this trading week or were stopped for want of a consent. They keep
 * their row, so that rows add up to the totals, and the row says why they left.
 */
export async function listLeftSources(
  tx: Tx,
  group: GroupRecord,
  { present, sessions, ledgers, figures }: Known,
): Promise<LeftSource[]> {
  const stops = (await listStops(tx, group.id)).filter((stop) => stop.liftedAt === null)
  const names = [...new Set([...ledgers.keys(), ...stops.map((stop) => stop.source)])].filter(
    (one) => !present.includes(one),
  )
  if (names.length === 0) return []
  // when each source last left the group
  const ended = new Map((await listEndedMembers(tx, group.id)).map(({ name, until }) => [name, until]))
  const from = await readFromNumbers(
    tx,
    group.environment,
    sessions,
    stops.map((stop) => stop.version),
  )
  return names.sort().map((name) => {
    const stop = stops.find((one) => one.source === name)
    const ledger = ledgers.get(name) ?? noLedger
    return {
      name,
      at: stop?.at ?? ended.get(name) ?? null,
      why: stop ? stoppedBecause(stop) : ledger.stopped ? 'Stopped: a consent is missing' : 'Removed by a request',
      // where a consent was missing nobody gave a reason: the portal's own note is in `why`
      reason: stop && stop.cause !== 'no-consent' ? stop.reason : null,
      fromNumber: stop ? from(stop.version, name) : null,
      ledger,
      lastReceivedAt: figures.get(name)?.lastReceivedAt ?? null,
    }
  })
}

/** The sources that are stopped now, newest first. */
export async function listStopNotes(tx: Tx, groupId: string): Promise<StopNote[]> {
  const stops = (await listStops(tx, groupId)).filter((stop) => stop.liftedAt === null)
  return stops.map((stop) => ({ name: stop.source, at: stop.at, why: stoppedBecause(stop) }))
}

/** A consent that was withdrawn and not given again. */
export type Withdrawn = {
  groupId: string
  groupName: string
  source: string
  at: Date
  why: string
  reason: string
  /** first number that was no longer copied; null where nobody reported it */
  fromNumber: number | null
}

/** How long the status page shows a withdrawal. */
const toldForMs = 7 * 24 * 3600_000

/** Withdrawals of the last seven days that still hold, newest first, in the groups that the reader sees. */
export async function listWithdrawn(tx: Tx, environment: Environment, now: Date): Promise<Withdrawn[]> {
  const since = new Date(now.getTime() - toldForMs)
  const rows = await listWithdrawnGroups(tx, environment, since, 50)
  const seen = new Map(rows.map((row) => [row.id, row.name]))
  const found: Withdrawn[] = []
  const sessions = await sessionsOf(tx, [...seen.keys()])
  for (const [groupId, groupName] of seen) {
    const stops = (await listStops(tx, groupId)).filter(
      ({ cause, liftedAt, at }) => cause === 'withdrawn' && !liftedAt && now.getTime() - at.getTime() <= toldForMs,
    )
    const versions = stops.map((stop) => stop.version)
    const from = await readFromNumbers(tx, environment, sessions.get(groupId) ?? [], versions)
    for (const { source, at, reason, version, ...stop } of stops)
      found.push({
        groupId,
        groupName,
        source,
        at,
        why: stoppedBecause(stop),
        reason,
        fromNumber: from(version, source),
      })
  }
  return found.sort((a, b) => b.at.getTime() - a.at.getTime())
}
