import type { Tx } from '#db/client.ts'
import { listFeedHealth } from '#db/queries/connector/reported.ts'
import { listSparklines } from '#db/queries/rollup/sparklines.ts'
import {
  findSourceCard,
  listAlarmsOf,
  listGroupsFed,
  listGuarantorPeriods,
  listLedgerByGroup,
  listRequestsNaming,
  listSourceReports,
  listTargetsCarrying,
} from '#db/queries/source/source-page.ts'
import { stoppedBecause } from '#domain/consent/stops.ts'
import { groupStateWord } from '#domain/group/states.ts'
import type { Actor } from '#domain/people/permissions.ts'
import { runOfSession } from '#domain/publication/runs.ts'
import type { Environment } from '#domain/reference/environment.ts'
import { parseSourceName } from '#domain/reference/source.ts'
import { requestStateWord } from '#domain/request/lifecycle.ts'
import { sourceState } from '#domain/status/source.ts'
import { type FeedFacts, type Heard, isSilent, type Ledger, worstHeard } from '#domain/status/state.ts'
import { isFeedOnline } from '#domain/status/words.ts'

/** Rows that a list of the page shows at most; the page says when there are more. */
const most = 50

export type SourcePage = NonNullable<Awaited<ReturnType<typeof findSourcePage>>>

/** One source session, as far as the reader sees it. `before`: the requests below this number. */
export async function findSourcePage(
  tx: Tx,
  reader: Actor,
  environment: Environment,
  name: string,
  at: { now: Date; before?: number | undefined },
) {
  const codes = parseSourceName(name)
  const source = codes && (await findSourceCard(tx, { environment, ...codes }, at.now))
  if (!source) return undefined
  const reports = await listSourceReports(tx, environment, name)
  const seen = reports.filter((report) => report.received !== null)
  const behind = seen.length > 0 ? seen : reports
  const heard = heardOf(behind, !reader.isExchange, at.now)
  const feed = await findFeedFacts(tx, environment, source.feedId, behind)
  const alarms = (await listAlarmsOf(tx, environment, name, source.feedId)).filter((alarm) => isFrom(behind, alarm))
  const fed = await listGroupsFed(tx, source.id, most + 1)
  const ledger = await listLedgerByGroup(tx, environment, name)
  const requests = await listRequestsNaming(tx, environment, name, { before: at.before, most: most + 1 })
  const figures = figuresOf(seen)
  const carrying = await listTargetsCarrying(tx, source.id, at.now, most)
  const ids = carrying.map(({ sessionId }) => sessionId)
  const lastHours = await listSparklines(tx, { environment, kind: 'target', ids }, at.now)
  return {
    name,
    ...source,
    state: sourceState(
      {
        isOpen: source.isOpen,
        groups: fed.filter((one) => one.until === null).length,
        lastReceivedAt: figures?.lastReceivedAt ?? null,
        alarm: alarms.find(({ kind, code }) => kind === 'source' && code !== 'aside')?.says,
        feed,
      },
      heard,
    ),
    isStale: isSilent(heard),
    figures,
    segments: seen.filter(({ segment }) => segment !== '').map(({ segment, highest }) => ({ segment, highest })),
    feed: feed ? { lost: feed.lost, missing: feed.gap } : null,
    alarms: alarms.map(({ code, says, since }) => ({ code, says, since })),
    guarantors: await listGuarantorPeriods(tx, source.id, most),
    groups: fed.slice(0, most).map(({ state, stop, ...row }) => ({
      ...row,
      stateWord: groupStateWord(state),
      why: row.until === null ? null : stop ? stoppedBecause(stop) : 'Removed by a request',
      // where a consent was missing nobody gave a reason
      reason: stop && stop.cause !== 'no-consent' ? stop.reason : null,
      ledger: row.until === null ? (ledger.find(({ groupId }) => groupId === row.groupId) ?? nothing) : null,
    })),
    hasMoreGroups: fed.length > most,
    targets: carrying.map((target) => ({ ...target, lastHour: lastHours.get(target.sessionId) })),
    requests: requests.slice(0, most).map((row) => ({ ...row, stateWord: requestStateWord(row.state) })),
    /** the older requests begin below this number; null: there are none */
    olderThan: requests.length > most ? (requests[most - 1]?.number ?? null) : null,
  }
}

type Reports = Awaited<ReturnType<typeof listSourceReports>>

const nothing: Ledger = { received: 0, delivered: 0, filtered: 0, waiting: 0, held: 0, expired: 0 }

const heardOf = (reports: Reports, isFirm: boolean, now: Date): Heard =>
  reports.length === 0
    ? { agoMs: undefined, isFirm }
    : worstHeard(
        reports.map(({ heardAt, doubt }) => {
          return { agoMs: Math.max(0, now.getTime() - heardAt.getTime()), doubt: doubt ?? undefined, isFirm }
        }),
      )

const isFrom = (reports: Reports, row: { shard: string; connector: string }) =>
  reports.some(({ shard, connector }) => shard === row.shard && connector === row.connector)

async function findFeedFacts(
  tx: Tx,
  environment: Environment,
  feedId: string,
  reports: Reports,
): Promise<FeedFacts | undefined> {
  const health = (await listFeedHealth(tx, environment)).find((row) => row.feedId === feedId && isFrom(reports, row))
  if (!health) return undefined
  const { state, lost, missing } = health
  return { id: feedId, part: runOfSession({ state }, 'running'), connected: isFeedOnline(state), lost, gap: missing }
}

/** What was received of the source, over its segments; null: no connector has reported on it. */
function figuresOf(reports: Reports) {
  if (reports.length === 0) return null
  const total = (of: (report: Reports[number]) => number) => reports.reduce((sum, one) => sum + of(one), 0)
  const heard = reports.flatMap((one) => one.lastReceivedAt ?? []).sort((a, b) => b.getTime() - a.getTime())
  return {
    received: total((one) => one.received ?? 0),
    highest: Math.max(...reports.map((one) => one.highest)),
    duplicates: total((one) => one.duplicates),
    aside: total((one) => one.aside),
    lastReceivedAt: heard[0] ?? null,
  }
}
