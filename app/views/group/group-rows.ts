import type { Tx } from '#db/client.ts'
import { listGroups, listMemberNames } from '#db/queries/group/group-rows.ts'
import { type GroupRecord, listSights } from '#db/queries/group/groups.ts'
import { listOpenStops, type OpenStop } from '#db/queries/group/stops.ts'
import { findReader } from '#db/queries/people/reader.ts'
import { listSessionIds } from '#db/queries/target/targets.ts'
import { groupStateSentences, groupStateWord, type Level, levelNames } from '#domain/group/states.ts'
import type { Environment } from '#domain/reference/environment.ts'
import {
  type DeliveryState,
  groupState,
  type Heard,
  type Ledger,
  sessionsState,
  stoppedState,
  underConnector,
  unfounded,
  worstFirst,
} from '#domain/status/state.ts'
import { type Delivery, ledgerFor } from '#views/status/delivery.ts'
import type { GroupRow } from '#views/status/status-view.ts'
import type { TargetFull } from '#views/target/target-rows.ts'

type Found = {
  group: GroupRecord
  ownerName: string
  level: Level | null
  sources: string[]
  sessions: string[]
  stops: OpenStop[]
  seesDelivery: boolean
}

/** Groups that the reader sees, those in trouble first; only live groups have a delivery word. */
export async function listGroupRows(
  tx: Tx,
  environment: Environment,
  delivery: Delivery,
  shown: readonly TargetFull[],
  now: Date,
): Promise<GroupRow[]> {
  const rows = await listGroups(tx, environment, now)
  const members = await listMemberNames(tx, environment, now)
  const ids = rows.map((row) => row.group.id)
  const sessionsByGroup = await sessionsOf(tx, ids)
  const stops = await listOpenStops(tx, ids)
  const sights = new Set((await listSights(tx, ids)).map((sight) => sight.groupId))
  const reader = await findReader(tx)
  return rows
    .map((row) => {
      const sources = members.filter((member) => member.groupId === row.group.id).map((member) => member.name)
      const sessions = sessionsByGroup.get(row.group.id) ?? []
      const { id, ownerId } = row.group
      const seesDelivery = reader.seesAll || ownerId === reader.firmId || sights.has(id)
      return groupRow({ ...row, sources, sessions, stops: stops.get(id) ?? [], seesDelivery }, delivery, shown)
    })
    .sort(byState)
}

function groupRow(
  { group, ownerName, level, sources, sessions, stops, seesDelivery }: Found,
  delivery: Delivery,
  all: readonly TargetFull[],
): GroupRow {
  const own = all.filter((target) => target.record.groupId === group.id)
  const isLive = group.state === 'live'
  const ledger = ledgerFor(delivery, { sessionIds: sessions })
  const sent = own.flatMap((target) => target.row.lastSentAt ?? [])
  return {
    id: group.id,
    name: group.name,
    ownerName,
    stateWord: groupStateWord(group.state),
    stateSentence: isLive && !seesDelivery ? notYours : groupStateSentences[group.state],
    isLive,
    seesDelivery,
    delivery:
      isLive && seesDelivery ? deliveryOf(delivery, own, { ledger, stops, sources: sources.length }) : undefined,
    level: level ? levelNames[level] : '',
    sources: sources.length,
    targets: own.length,
    ledger,
    lastSentAt: sent.sort((a, b) => b.getTime() - a.getTime())[0] ?? null,
  }
}

const notYours = 'How it is delivered is for its owner to see.'

/**
 * A group's delivery state: by its stopped sources first, then by its targets. A guarantor sees no targets, so for a
 * guarantor it follows from its own sessions, `sources` in number.
 */
export function deliveryOf(
  delivery: Delivery,
  targets: readonly TargetFull[],
  { ledger, stops, sources }: { ledger: Ledger; stops: readonly OpenStop[]; sources: number },
): DeliveryState {
  const stopped = stoppedState(stops)
  if (stopped) return underConnector(stopped, delivery.heard)
  if (targets.length === 0) return underConnector(sessionsState(ledger, sources), delivery.heard)
  const own = groupState(targets.map((target) => ({ ...target.state, replacedBy: 'nothing' })))
  return unfounded(heardFor(delivery, targets)) ?? underConnector(own, delivery.heard)
}

/** What is known of the connectors of these targets; for a guarantor, who sees no target, of those of its sessions. */
export const heardFor = (delivery: Delivery, targets: readonly TargetFull[]): Heard =>
  delivery.heardOf(targets.map(({ record }) => record.shard))

/**
 * The target sessions of groups, which tell the figures of one group from another's: those of the targets that the
 * reader sees, and for a guarantor those that its own row names.
 */
export async function sessionsOf(tx: Tx, groupIds: readonly string[]): Promise<Map<string, string[]>> {
  if (groupIds.length === 0) return new Map()
  const rows = await listSessionIds(tx, groupIds)
  const byGroup = new Map(groupIds.map((id) => [id, new Set<string>()]))
  for (const { groupId, sessionId } of rows) byGroup.get(groupId)?.add(sessionId)
  for (const { groupId, sessions } of await listSights(tx, groupIds))
    for (const sessionId of sessions) byGroup.get(groupId)?.add(sessionId)
  return new Map([...byGroup].map(([id, sessions]) => [id, [...sessions]]))
}

function byState(a: GroupRow, b: GroupRow): number {
  if (a.delivery && b.delivery) return worstFirst(a.delivery, b.delivery)
  return Number(b.isLive) - Number(a.isLive)
}
