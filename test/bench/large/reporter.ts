import type postgres from 'postgres'
import { type ConnectorPool, openConnectorPool } from '#db/client.ts'
import { findLease, renewLease, takeLease } from '#db/queries/connector/leases.ts'
import { saveObserved } from '#db/queries/connector/observed.ts'
import { weekOf } from '#domain/calendar/week.ts'
import type { Leader } from '#domain/leadership/leader.ts'
import { weekRuleOf } from '#domain/reference/settings.ts'
import type { LedgerFigures, Observed } from '#domain/status/observed.ts'
import { settings } from './model.ts'
import { connectorName } from './versions.ts'

type Placed = { sessionId: string; sourceId: string; segment: string; feedId: string }
type Facts = {
  placed: Placed[]
  targets: { sessionId: string; state: string; owner: string }[]
  sources: Omit<Placed, 'sessionId'>[]
  feeds: string[]
  newest: number
}

const place = 'pretended connector'
const shard = { environment: 'production', shard: 'main' } as const

/**
 * A connector that only reports: the portal hears of it each second through the connector's own statements. Figures
 * follow from the names of sources and targets; `perSecond` rows of the ledger change with every report.
 */
export class Reporter {
  private reports = 0

  private constructor(
    private readonly pool: ConnectorPool,
    private readonly leader: Leader,
    private readonly facts: Facts,
    private readonly ledger: LedgerFigures[],
    private readonly perSecond: number,
  ) {}

  /** Takes the lead and reports everything once. */
  static async open(owner: postgres.Sql, connectorUrl: string, { perSecond = 0 } = {}): Promise<Reporter> {
    const pool = openConnectorPool(connectorUrl)
    const seen = await findLease(pool.db, shard)
    const leader = { ...shard, lineage: 'large', term: (seen?.term ?? 0) + 1 }
    const lease = { ...leader, place, connector: connectorName, end: { position: 0, batch: 0, crc: 0 }, numbers: '{}' }
    if (!(await takeLease(pool.db, lease, seen))) throw new Error('another connector reports to this database')
    const facts = await readFacts(owner)
    const week = weekNow()
    const reporter = new Reporter(
      pool,
      leader,
      facts,
      facts.placed.map((one) => ledgerRow(one, week, facts)),
      perSecond,
    )
    await reporter.reportAll()
    return reporter
  }

  /** What a connector says in a second. */
  async report(): Promise<void> {
    const { pool, leader, ledger, perSecond, facts } = this
    await renewLease(pool.db, { ...leader, place, end: { position: 0, batch: this.reports, crc: 0 } })
    const from = (this.reports * perSecond) % Math.max(1, ledger.length)
    const changed = ledger.slice(from, from + perSecond)
    for (const row of changed)
      if (targetState(row.sessionId) === 'logged-on')
        Object.assign(row, { received: row.received + 3, delivered: row.delivered + 3 })
    const names = new Set(changed.map(({ sourceId }) => sourceId))
    const sessions = new Set(changed.map(({ sessionId }) => sessionId))
    const at = new Date()
    await this.save({
      feeds: facts.feeds.map((feedId, i) => feedRow(feedId, i, at, this.reports * perSecond)),
      sources: facts.sources
        .filter(({ sourceId }) => names.has(sourceId))
        .map((one) => sourceRow(one, at, this.reports)),
      targets: facts.targets
        .filter(({ sessionId }) => sessions.has(sessionId))
        .map((one) => targetRow(one, at, this.ledger)),
      ledger: changed,
    })
    this.reports++
  }

  close(): Promise<void> {
    return this.pool.close()
  }

  private async reportAll(): Promise<void> {
    const { facts, ledger } = this
    const at = new Date()
    await this.save({
      feeds: facts.feeds.map((feedId, i) => feedRow(feedId, i, at, 0)),
      sources: facts.sources.map((one) => sourceRow(one, at, 0)),
      targets: facts.targets.map((one) => targetRow(one, at, ledger)),
      ledger,
      alarms: alarms(facts, at),
      refusedLogons: refused(facts, at),
      present: { feeds: facts.feeds, targets: facts.targets.map(({ sessionId }) => sessionId) },
      isOtherWeek: true,
    })
  }

  private async save(
    rows: Pick<Observed, 'feeds' | 'sources' | 'targets' | 'ledger'> & Partial<Observed>,
  ): Promise<void> {
    const { leader, facts } = this
    const at = new Date()
    const self = {
      state: 'running' as const,
      pid: 4242,
      host: 'bench',
      release: 'bench',
      startedAt: new Date(at.getTime() - 3_600_000),
      heardAt: at,
      runningVersion: facts.newest,
      week: weekNow(),
      lineage: leader.lineage,
      term: leader.term,
      doubt: null,
    }
    const journal = { bytes: 48_000_000_000, freeBytes: 900_000_000_000, position: '0' }
    const rest = { alarms: undefined, refusedLogons: [], present: undefined, isOtherWeek: false }
    const isSaved = await saveObserved(this.pool.db, {
      connector: connectorName,
      leader,
      at,
      self,
      journal,
      ...rest,
      ...rows,
    })
    if (!isSaved) throw new Error('another connector has taken the lead')
  }
}

const weekNow = () => weekOf(Date.now(), weekRuleOf(settings))

async function readFacts(owner: postgres.Sql): Promise<Facts> {
  const { environment } = shard
  const placed = await owner<Placed[]>`
    select t.session_id as "sessionId", s.session_code || s.execution_code as "sourceId", coalesce(s.market_segment, '') as segment, s.feed_id as "feedId"
    from dc.target_sources p join dc.targets t on t.id = p.target_id join dc.source_sessions s on s.id = p.source_id
    where upper_inf(p.during) and t.environment = ${environment} order by 1, 2`
  const targets = await owner<Facts['targets']>`
    select t.session_id as "sessionId", t.state, g.name as owner from dc.targets t join dc.groups g on g.id = t.group_id
    where t.state <> 'closed' and t.environment = ${environment} order by 1`
  const sources = await owner<Facts['sources']>`
    select session_code || execution_code as "sourceId", coalesce(market_segment, '') as segment, feed_id as "feedId"
    from dc.source_sessions where environment = ${environment} order by 1`
  const feeds = await owner<{ id: string }[]>`select id from dc.feeds where environment = ${environment} order by 1`
  const [row] = await owner<{ newest: number }[]>`
    select newest_version as newest from dc.environments where environment = ${environment}`
  return { placed, targets, sources, feeds: feeds.map(({ id }) => id), newest: row?.newest ?? 0 }
}

/** A number that a name always has. */
function numberOf(name: string): number {
  let number = 7
  for (const char of name) number = (Math.imul(number, 31) + char.charCodeAt(0)) >>> 0
  return (Math.imul(number, 2654435761) >>> 0) / 2 ** 32
}

function targetState(sessionId: string) {
  const share = numberOf(sessionId)
  if (share < 0.06) return 'no-logon'
  if (share < 0.07) return 'late'
  if (share < 0.085) return 'catching-up'
  return share < 0.1 ? 'on-backup' : 'logged-on'
}

function ledgerRow({ sessionId, sourceId, segment }: Placed, week: string, { targets }: Facts): LedgerFigures {
  const received = Math.floor(10 + 40_000 * numberOf(sourceId) ** 3)
  const isPaused = targets.some((target) => target.sessionId === sessionId && target.state === 'paused')
  const state = targetState(sessionId)
  const isBehind = state === 'no-logon' || state === 'late' || state === 'catching-up'
  const filtered = Math.floor(received * 0.3)
  const waiting = isBehind ? Math.floor(received * 0.02) : 0
  const held = isPaused ? Math.floor(received * 0.01) : 0
  const delivered = received - filtered - waiting - held
  return {
    sessionId,
    sourceId,
    segment,
    week,
    received,
    delivered,
    filtered,
    filteredBy: { level: filtered },
    waiting,
    held,
    expired: 0,
  }
}

function targetRow(
  { sessionId, state }: Facts['targets'][number],
  at: Date,
  ledger: readonly LedgerFigures[],
): Observed['targets'][number] {
  const own = ledger.filter((row) => row.sessionId === sessionId)
  const sum = (of: (row: LedgerFigures) => number) => own.reduce((total, row) => total + of(row), 0)
  const observed = state === 'paused' ? 'paused' : targetState(sessionId)
  const isOn = observed !== 'paused' && observed !== 'no-logon'
  const delivered = sum((row) => row.delivered)
  const hourAgo = new Date(at.getTime() - 3_600_000)
  return {
    sessionId,
    state: observed,
    since: hourAgo,
    active: observed === 'on-backup' ? 'backup' : 'primary',
    address: isOn ? '192.0.2.10' : null,
    nextIn: 121,
    nextOut: delivered + 1,
    delivered,
    waiting: sum((row) => row.waiting),
    held: sum((row) => row.held),
    lateMs: observed === 'late' ? 4_200 : 0,
    resend: null,
    lastLogonAt: hourAgo,
    lastLogoffAt: isOn ? null : new Date(at.getTime() - 600_000),
    lastLogoffWhy: isOn ? null : 'the client closed the connection',
    lastCredential: null,
    lastSentAt: isOn ? at : new Date(at.getTime() - 600_000),
    lastHeardAt: isOn ? at : new Date(at.getTime() - 600_000),
    recent: own.slice(0, 10).map(({ sourceId, received }, i) => ({
      at: new Date(at.getTime() - i * 700).toISOString(),
      seq: Math.max(1, delivered - i),
      source: sourceId,
      sourceSeq: Math.max(1, received - i),
      kind: 'Fill',
      symbol: 'ESZ6',
      side: 'Buy',
      qty: '2',
      px: '6001.25',
    })),
    detail: null,
  }
}

function sourceRow(
  { sourceId, segment, feedId }: Omit<Placed, 'sessionId'>,
  at: Date,
  more: number,
): Observed['sources'][number] {
  const received = Math.floor(10 + 40_000 * numberOf(sourceId) ** 3) + more * 3
  // a twentieth has not sent anything this week
  const isHeard = numberOf(`heard ${sourceId}`) > 0.05
  const lastReceivedAt = isHeard ? new Date(at.getTime() - Math.floor(numberOf(sourceId) * 600_000)) : null
  return {
    sourceId,
    segment,
    feedId,
    known: true,
    epoch: 1,
    highest: received,
    received,
    duplicates: 0,
    aside: 0,
    lastReceivedAt,
  }
}

function feedRow(feedId: string, i: number, at: Date, more: number): Observed['feeds'][number] {
  const received = 4_000_000 + more
  return {
    feedId,
    state: 'logged-on',
    since: new Date(at.getTime() - 5 * 3_600_000),
    address: `192.0.2.${100 + i}`,
    epoch: 1,
    nextIn: received + 1,
    nextOut: 700,
    received,
    duplicates: 0,
    aside: i === 3 ? 12 : 0,
    lost: 0,
    missing: 0,
    lastReceivedAt: at,
    detail: null,
  }
}

function alarms({ feeds, targets }: Facts, at: Date): Observed['alarms'] {
  const since = new Date(at.getTime() - 1_800_000)
  const [feed = '', target = ''] = [feeds[3], targets[5]?.sessionId]
  return [
    {
      code: 'aside',
      kind: 'feed',
      objectId: feed,
      says: '12 messages of a session that no configuration names',
      since,
    },
    {
      code: 'configuration',
      kind: 'target',
      objectId: target,
      says: 'An address of this target cannot be read',
      since,
    },
  ]
}

/** A few Logons turned away at some targets. */
function refused({ targets }: Facts, at: Date): Observed['refusedLogons'] {
  return targets
    .filter(({ sessionId }) => targetState(sessionId) === 'no-logon')
    .flatMap(({ sessionId }) =>
      [1, 2, 3].map((minute) => ({
        at: new Date(at.getTime() - minute * 60_000),
        kind: 'target',
        objectId: sessionId,
        claimed: `${sessionId}N`,
        address: '192.0.2.77',
        code: 'credentials',
        says: 'The password is not right.',
      })),
    )
}
