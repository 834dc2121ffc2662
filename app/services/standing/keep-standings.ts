import type { Tx } from '#db/client.ts'
import { listReportedFeeds, type ReportedFeed } from '#db/queries/connector/reported.ts'
import { type ConnectorRecord, listConnectors } from '#db/queries/connector/session-commands.ts'
import { listNewestTargetParts, listNewestTargetReports } from '#db/queries/publication/reports.ts'
import {
  countMembers,
  listGuarantorParts,
  listObjectAlarms,
  listStandingGroups,
  listStandingStops,
  listStandingTargets,
  listTargetReports,
  sumLedgerOfTargets,
} from '#db/queries/standing/facts.ts'
import {
  type GroupStanding,
  listTouchedHere,
  listWaitingSince,
  saveStandings,
  type TargetStanding,
} from '#db/queries/standing/standings.ts'
import { reasonFor } from '#domain/consent/stops.ts'
import { runsOf } from '#domain/publication/runs.ts'
import type { Environment } from '#domain/reference/environment.ts'
import { feedFacts } from '#domain/status/feed.ts'
import {
  addLedgers,
  deliveryWords,
  type FeedFacts,
  groupState,
  type Ledger,
  ledgerFrom,
  type OwnState,
  sessionsState,
  stoppedState,
} from '#domain/status/state.ts'
import { standingOfTarget } from './standing-of.ts'

/** Writes the standings of the groups that this transaction has touched, so that the next page shows what was done. */
export async function keepTouchedStandings(tx: Tx, now: Date): Promise<void> {
  const touched = await listTouchedHere(tx)
  if (touched.length > 0) await keepStandings(tx, touched, now)
}

/**
 * Makes the standings of these groups and of their targets what the rows of this instant say; groups that ended lose
 * theirs.
 */
export async function keepStandings(tx: Tx, groupIds: readonly string[], now: Date): Promise<void> {
  const all = await listStandingGroups(tx, groupIds)
  const made = { groups: [] as GroupStanding[], targets: [] as TargetStanding[] }
  for (const environment of new Set(all.map((group) => group.environment))) {
    const own = all.filter((group) => group.environment === environment)
    const { groups, targets } = await standingsOf(tx, environment, own, now)
    made.groups.push(...groups)
    made.targets.push(...targets)
  }
  await saveStandings(tx, groupIds, made)
}

type Group = Awaited<ReturnType<typeof listStandingGroups>>[number]

async function standingsOf(tx: Tx, environment: Environment, groups: readonly Group[], now: Date) {
  const ids = groups.map((group) => group.id)
  const connectors = await listConnectors(tx, environment)
  const targets = await targetsOf(tx, environment, connectors, groups, now)
  const members = await countMembers(tx, environment, connectors, ids, now)
  const stops = await listStandingStops(tx, ids)
  const parts = await listGuarantorParts(tx, environment, connectors, ids, now)
  const byGroup = new Map<string, Made[]>(ids.map((id) => [id, []]))
  for (const target of targets) byGroup.get(target.row.groupId)?.push(target)
  const none = { sources: 0, heard: 0 }
  const rows = groups.flatMap((group): GroupStanding[] => {
    const own = byGroup.get(group.id) ?? []
    const ofGroup = stops.filter((stop) => stop.groupId === group.id)
    const common = commonOf(group, own)
    const isLive = group.state === 'live'
    const counts = members.get(group.id) ?? none
    const ledger = own.length > 0 ? addLedgers(own.map((target) => target.ledger)) : ledgerFrom(undefined)
    const ofTargets = () =>
      own.length > 0 ? groupState(own.map(({ state }) => state)) : sessionsState(ledger, counts.sources)
    const ofOwner = isLive ? (stoppedState(ofGroup) ?? ofTargets()) : undefined
    const guarantors = parts.filter((part) => part.groupId === group.id)
    return [
      { ...common, ...counts, firmId: group.ownerId, targets: own.length, ...figuresOf(ofOwner, ledger) },
      ...guarantors.map(({ firmId, firmName, sources, heard, ...sums }) => {
        const told = ledgerFrom(sums, (reason) => reasonFor(reason, firmName))
        const state = stoppedState(ofGroup.filter((stop) => stop.firmId === firmId)) ?? sessionsState(told, sources)
        const waitingSince = told.waiting + told.held > 0 ? common.waitingSince : null
        return {
          ...common,
          firmId,
          targets: 0,
          sources,
          heard,
          waitingSince,
          lastSentAt: null,
          ...figuresOf(isLive ? state : undefined, told),
        }
      }),
    ]
  })
  return { groups: rows, targets: targets.map(({ row }) => row) }
}

type Made = { row: TargetStanding; state: OwnState; ledger: Ledger }

function commonOf({ id: groupId, environment }: Group, own: readonly Made[]) {
  const earliest = (key: 'waitingSince' | 'recheckAt') =>
    own.flatMap(({ row }) => row[key] ?? []).sort((a, b) => a.getTime() - b.getTime())[0] ?? null
  const sent = own.flatMap(({ row }) => row.lastSentAt ?? []).sort((a, b) => b.getTime() - a.getTime())
  return {
    groupId,
    environment,
    shards: [...new Set(own.map(({ row }) => row.shard))].sort(),
    waitingSince: earliest('waitingSince'),
    recheckAt: earliest('recheckAt'),
    lastSentAt: sent[0] ?? null,
  }
}

/** The columns that both tables have; without a state the group has no word of delivery. */
function figuresOf(state: OwnState | undefined, { stopped = null as never, ...ledger }: Ledger) {
  return {
    word: state?.word ?? null,
    rank: state ? deliveryWords.indexOf(state.word) : null,
    text: state?.text ?? '',
    sentence: state?.sentence ?? '',
    todo: state?.todo ?? null,
    feed: state?.feed ?? null,
    replacedBy: state?.replacedBy ?? 'connector',
    ...ledger,
    stopped,
  } as const
}

/** The targets of these groups, each with its state by itself. */
async function targetsOf(
  tx: Tx,
  environment: Environment,
  connectors: readonly ConnectorRecord[],
  groups: readonly Group[],
  now: Date,
): Promise<Made[]> {
  const ids = groups.map((group) => group.id)
  const wanted = await listStandingTargets(tx, environment, connectors, ids, now)
  if (wanted.length === 0) return []
  const sessions = wanted.map(({ target }) => target.sessionId)
  const reports = new Map(
    (await listTargetReports(tx, environment, connectors, sessions)).map((one) => [one.sessionId, one]),
  )
  const sums = new Map(
    (await sumLedgerOfTargets(tx, environment, connectors, sessions)).map((one) => [one.sessionId, one]),
  )
  const alarms = await listObjectAlarms(tx, environment, connectors)
  const feeds = new Map(
    (await listReportedFeeds(tx, environment, connectors)).map((feed) => [feed.feedId, ownersFacts(feed, alarms)]),
  )
  const parts = await partsOf(tx, environment, sessions)
  const waitingSince = await listWaitingSince(tx, ids)
  const owners = new Map(groups.map((group) => [group.id, group.ownerId]))
  return wanted.map((one) => {
    const { id: targetId, groupId, sessionId, shard } = one.target
    const report = reports.get(sessionId)
    const ledger = ledgerFrom(sums.get(sessionId))
    const behind = one.feedIds.flatMap((id) => feeds.get(id) ?? [])
    const { state, recheckAt } = standingOfTarget({
      wanted: one,
      report,
      ledger,
      part: parts.get(sessionId),
      feeds: behind,
      alarms,
      now,
    })
    const row = {
      ...{ targetId, groupId, ownerId: owners.get(groupId) ?? '', environment, shard },
      ...{ sources: one.sources, heard: one.heard, lastSentAt: report?.lastSentAt ?? null, recheckAt },
      waitingSince: ledger.waiting + ledger.held > 0 ? (waitingSince.get(targetId) ?? report?.at ?? now) : null,
      ...figuresOf(state, ledger),
    }
    return { row, state, ledger }
  })
}

/** What is known of a feed. Owners read of its alarms that there are some; their words are for the exchange. */
function ownersFacts(feed: ReportedFeed, alarms: Parameters<typeof feedFacts>[2]): FeedFacts {
  const facts = feedFacts(feed.feedId, feed, alarms)
  return facts.alarm === undefined ? facts : { ...facts, alarm: 'the connector has raised an alarm about it' }
}

/** For each target: the newest part that was published, and what the connector said of it. */
async function partsOf(tx: Tx, environment: Environment, sessions: readonly string[]) {
  const parts = await listNewestTargetParts(tx, environment, sessions)
  const runs = runsOf(parts, await listNewestTargetReports(tx, environment, sessions))
  return new Map(runs.map((run, i) => [run.objectId, { ...run, publishedAt: parts[i]?.madeAt ?? null }]))
}
