import { statfsSync } from 'node:fs'
import { hostname } from 'node:os'
import type { Feed } from '#connector/feeds/feed.ts'
import { lostIn } from '#connector/feeds/feed-alarms.ts'
import { streamsOf } from '#connector/sessions/lanes.ts'
import { filteredOf, type Row, total } from '#connector/state/ledger.ts'
import { filteredBy } from '#connector/state/routing.ts'
import type { StreamState } from '#connector/state/state.ts'
import type { Target } from '#connector/targets/target.ts'
import type { Worker } from '#connector/worker.ts'
import type { Leader } from '#db/queries/leases.ts'
import type { Observed } from '#db/queries/observed.ts'
import { tookOverSentence } from '#domain/leadership/claim.ts'
import type { Environment } from '#domain/reference/environment.ts'
import { feedState, lateMsOf, targetState } from './observed-state.ts'
import type { PartReport } from './report.ts'

export type Identity = { environment: Environment; shard: string; connector: string; release: string }
export type SelfState = 'starting' | 'running' | 'draining' | 'stopped'

/** What a worker sees, as rows that changed since the last time: made once a second, written by whoever has a database. */
export class Status {
  private readonly written = new Map<string, string>()
  private refused: readonly PartReport[] = []

  /** Refused Logons up to here were in the last rows. */
  private refusedEnd = 0

  constructor(
    private readonly worker: Worker,
    private readonly identity: Identity,
  ) {}

  /** Parts that could not be run are shown as refused. */
  parts(parts: readonly PartReport[]): void {
    this.refused = parts.filter((part) => part.state === 'refused')
  }

  /** These rows have arrived. */
  saved(): void {
    this.worker.refusedLogons.dropBefore(this.refusedEnd)
  }

  /** The next rows say everything again: the last ones may not have arrived. */
  forget(): void {
    this.written.clear()
  }

  changed(state: SelfState, leader: Leader): Observed {
    const { worker, identity } = this
    const at = new Date()
    const alarms = worker.alarms.all.map(({ code, kind, id, says, sinceMs }) => ({
      ...this.key,
      code,
      kind,
      objectId: id,
      says: says.slice(0, 500),
      since: new Date(sinceMs),
    }))
    const feeds = [...worker.feeds.values()].map((feed) => this.feed(feed, at))
    const targets = [...worker.targets.values()].map((target) => this.target(target, at))
    this.refusedEnd = worker.refusedLogons.end
    const present = { feeds: feeds.map((row) => row.feedId), targets: targets.map((row) => row.sessionId) }
    return {
      connector: identity.connector,
      leader,
      self: this.self(state, at, leader),
      journal: this.journal(at),
      alarms: this.isNew('alarms', alarms) ? alarms : undefined,
      feeds: this.news('feed', feeds, (row) => row.feedId),
      sources: this.news('source', this.sources(at), (row) => row.sourceId),
      targets: this.news('target', targets, (row) => row.sessionId),
      ledger: this.news('ledger', this.ledger(at), (row) => `${row.sessionId} ${row.sourceId} ${row.week}`),
      refusedLogons: worker.refusedLogons.newest.map(({ atMs, id, ...rest }) => ({
        ...this.key,
        at: new Date(atMs),
        objectId: id ?? null,
        ...rest,
      })),
      present: this.isNew('present', present) ? present : undefined,
    }
  }

  private get key() {
    const { environment, shard, connector } = this.identity
    return { environment, shard, connector }
  }

  private self(state: SelfState, at: Date, { lineage, term }: Leader): Observed['self'] {
    const { startedMs, core, running } = this.worker
    return {
      ...this.key,
      state,
      pid: process.pid,
      host: hostname(),
      release: this.identity.release,
      startedAt: new Date(startedMs),
      heardAt: at,
      runningVersion: running?.version ?? null,
      week: core.state.data.week || null,
      lineage,
      term,
      doubt: core.state.data.tookOver ? tookOverSentence(core.state.data.tookOver) : null,
    }
  }

  private journal(at: Date): Observed['journal'] {
    const { journal } = this.worker.core
    return { ...this.key, bytes: journal.diskBytes, freeBytes: this.freeBytes(), position: String(journal.end), at }
  }

  /** Of the file system that holds the journal, for whoever is not root. */
  private freeBytes(): number {
    const { bavail, bsize } = statfsSync(this.worker.data)
    return bavail * bsize
  }

  private feed(feed: Feed, at: Date): Observed['feeds'][number] {
    const { report, state, missing } = feed
    return {
      ...this.key,
      feedId: feed.name,
      state: feedState(feed, this.refusal('feed', feed.name) !== ''),
      since: new Date(report.sinceMs),
      address: report.address || null,
      epoch: state.epoch,
      nextIn: feed.peer.session.nextIn,
      nextOut: feed.peer.session.nextOut,
      received: state.received,
      duplicates: report.duplicates,
      aside: state.aside,
      lost: lostIn(state, this.worker.core.state.data.week),
      missing,
      lastReceivedAt: date(report.lastReceivedMs),
      detail: report.detail || this.refusal('feed', feed.name) || null,
      at,
    }
  }

  private sources(at: Date): Observed['sources'] {
    const { core, sources, running, intake } = this.worker
    const streams = (running?.sources ?? []).flatMap((one) => streamsOf(one).map((id) => ({ id, feed: one.feed })))
    const known = streams.map(({ id, feed }) => {
      const source = sources.find(id)
      const stream: StreamState | undefined = source && core.state.data.streams[source.id]
      return {
        ...this.key,
        sourceId: id,
        feedId: typeof feed === 'string' ? feed : (feed[0] ?? null),
        epoch: stream?.epoch ?? 0,
        highest: stream?.highest ?? 0,
        received: stream?.received ?? 0,
        duplicates: source?.duplicates ?? 0,
        aside: intake.asides.get(id) ?? 0,
        lastReceivedAt: date(source?.heardMs ?? 0),
        at,
      }
    })
    const names = new Set(known.map(({ sourceId }) => sourceId))
    const unknown = [...intake.asides].filter(([name]) => name !== '' && !names.has(name))
    return [...known, ...unknown.map(([sourceId, aside]) => ({ ...this.key, sourceId, known: false, aside, at }))]
  }

  private target(target: Target, at: Date): Observed['targets'][number] {
    const { report, peer, config, core } = target
    const rows = Object.values(target.state.ledger[core.state.data.week] ?? {})
    const { delivered, waiting, held } = total(rows)
    const resend = target.resendReport
    return {
      ...this.key,
      sessionId: target.name,
      state: targetState(target, this.refusal('target', target.name) !== ''),
      since: new Date(report.sinceMs),
      active: config.active,
      address: report.address || null,
      nextIn: peer.session.nextIn,
      nextOut: peer.session.nextOut,
      delivered,
      waiting,
      held,
      lateMs: lateMsOf(target),
      resend: resend
        ? {
            kind: resend.kind,
            from: resend.from,
            to: resend.to,
            next: resend.next,
            since: new Date(resend.sinceMs).toISOString(),
          }
        : null,
      lastLogonAt: date(report.lastLogonMs),
      lastLogoffAt: date(report.lastLogoffMs),
      lastLogoffWhy: report.lastLogoffWhy || null,
      lastCredential: report.lastCredential || null,
      lastSentAt: date(report.lastSentMs),
      lastHeardAt: date(report.lastHeardMs),
      recent: this.recent(target),
      detail: this.refusal('target', target.name) || null,
      at,
    }
  }

  /** Decoded anew only when there are new ones. */
  private readonly recents = new Map<string, { count: number; copies: ReturnType<Target['recent']['decoded']> }>()
  private recent(target: Target) {
    const { recent, name } = target
    const before = this.recents.get(name)
    if (before?.count === recent.count) return before.copies
    const copies = recent.decoded(this.worker.core.journal, this.worker.sources)
    this.recents.set(name, { count: recent.count, copies })
    return copies
  }

  private ledger(at: Date): Observed['ledger'] {
    const { data } = this.worker.core.state
    return Object.values(data.targets).flatMap((target) =>
      Object.entries(target.ledger).flatMap(([week, rows]) =>
        Object.entries(rows).map(([stream, row]) => ({
          ...this.key,
          sessionId: target.name,
          sourceId: data.streams[Number(stream)]?.name ?? '',
          week,
          ...countsOf(row),
          at,
        })),
      ),
    )
  }

  private refusal(kind: PartReport['kind'], id: string): string {
    return this.refused.find((part) => part.kind === kind && part.id === id)?.detail ?? ''
  }

  private news<T extends { at: Date }>(kind: string, rows: readonly T[], id: (row: T) => string): T[] {
    return rows.filter((row) => this.isNew(`${kind} ${id(row)}`, { ...row, at: 0 }))
  }

  private isNew(name: string, value: unknown): boolean {
    const text = JSON.stringify(value)
    if (this.written.get(name) === text) return false
    this.written.set(name, text)
    return true
  }
}

const countsOf = (row: Row) => ({
  received: row.received,
  delivered: row.delivered,
  filtered: filteredOf(row),
  filteredBy: filteredBy(row),
  waiting: row.waiting,
  held: row.held,
  expired: row.expired,
})

/** 0 stands for never. */
const date = (ms: number): Date | null => (ms > 0 ? new Date(ms) : null)
