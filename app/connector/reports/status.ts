import { statfsSync } from 'node:fs'
import { hostname } from 'node:os'
import type { Feed } from '#connector/feeds/feed.ts'
import { lostIn } from '#connector/run/alarms/feed-alarms.ts'
import type { PartReport } from '#connector/run/snapshot/part-report.ts'
import type { Worker } from '#connector/run/worker.ts'
import type { Target } from '#connector/targets/target.ts'
import { tookOverSentence } from '#domain/leadership/claim.ts'
import type { Leader } from '#domain/leadership/leader.ts'
import type { Environment } from '#domain/reference/environment.ts'
import type { Observed, RecentCopy } from '#domain/status/observed.ts'
import { LedgerReport } from './ledger-report.ts'
import { feedState, lateMsOf, targetState } from './observed-state.ts'
import { SaidRows } from './said-rows.ts'

type Identity = { environment: Environment; shard: string; connector: string; release: string }
export type SelfState = 'starting' | 'running' | 'draining' | 'stopped'

/**
 * What a worker sees, as the rows that changed since the last time: made once a second, written by the code that has a
 * database. Sources and ledger rows are many, so only those marked as changed are read. Feeds and targets are few, and
 * the clock alone changes some of their figures, so each is read every time (ADR 43).
 */
export class Status {
  private readonly said = new SaidRows()
  private readonly ledger: LedgerReport
  private refused: readonly PartReport[] = []

  /** Refused Logons up to this count were in the last rows. */
  private refusedEnd = 0

  constructor(
    private readonly worker: Worker,
    private readonly identity: Identity,
  ) {
    this.ledger = new LedgerReport(worker.core.state)
  }

  /** Parts that could not be run are shown as refused. */
  parts(parts: readonly PartReport[]): void {
    this.refused = parts.filter((part) => part.state === 'refused')
  }

  /** The last rows were saved. */
  saved(): void {
    this.worker.refusedLogons.dropBefore(this.refusedEnd)
  }

  /** The next rows report everything again: the last ones may not have been saved. */
  forget(): void {
    this.said.forget()
    this.ledger.forget()
  }

  changed(state: SelfState, leader: Leader): Observed {
    const { worker, identity } = this
    const at = new Date()
    const alarms = worker.alarms.all.map(({ code, kind, id, says, sinceMs }) => ({
      code,
      kind,
      objectId: id,
      says: says.slice(0, 500),
      since: new Date(sinceMs),
    }))
    const ledger = this.ledger.changed()
    const feeds = [...worker.feeds.values()].map((feed) => this.feed(feed))
    const targets = [...worker.targets.values()].map((target) => this.target(target))
    this.refusedEnd = worker.refusedLogons.end
    const present = { feeds: feeds.map((row) => row.feedId), targets: targets.map((row) => row.sessionId) }
    return {
      connector: identity.connector,
      leader,
      at,
      self: this.self(state, at, leader),
      journal: this.journal(),
      alarms: this.said.isNews('alarms', { alarms }) ? alarms : undefined,
      feeds: feeds.filter((row) => this.said.isNews(`feed ${row.feedId}`, row)),
      sources: this.sources().filter((row) => this.said.isNews(`source ${row.sourceId}`, row)),
      targets: targets.filter((row) => this.said.isNews(`target ${row.sessionId}`, row)),
      ledger,
      isOtherWeek: this.said.isNews('week', { week: worker.core.state.data.week }),
      refusedLogons: worker.refusedLogons.newest.map(({ atMs, id, ...rest }) => ({
        at: new Date(atMs),
        objectId: id ?? null,
        ...rest,
      })),
      present: this.said.isNews('present', present) ? present : undefined,
    }
  }

  private self(state: SelfState, at: Date, { lineage, term }: Leader): Observed['self'] {
    const { startedMs, core, running } = this.worker
    return {
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

  private journal(): Observed['journal'] {
    const { journal } = this.worker.core
    return { bytes: journal.diskBytes, freeBytes: this.freeBytes(), position: String(journal.end) }
  }

  /** Free bytes of the journal's file system for users other than root. */
  private freeBytes(): number {
    const { bavail, bsize } = statfsSync(this.worker.data)
    return bavail * bsize
  }

  private feed(feed: Feed): Observed['feeds'][number] {
    const { report, state, missing } = feed
    return {
      feedId: feed.name,
      state: feedState(feed, this.worker.core.journal.isFull, this.refusal('feed', feed.name) !== ''),
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
    }
  }

  /** The configured sources that were marked, and every name that nobody has configured. */
  private sources(): Observed['sources'] {
    const { core, sources, intake } = this.worker
    const { streams } = core.state.data
    const known = core.state.changed.streams.take().flatMap((id) => sources.find(streams[id]?.name ?? '') ?? [])
    const unknown = [...intake.asides].filter(([name]) => name !== '' && !sources.find(name))
    return [
      // no spread, as in the rows of targets
      ...known.map(({ name, feeds, stream, duplicates, heardMs }) => ({
        sourceId: name,
        segment: '',
        feedId: feeds?.[0] ?? null,
        known: true,
        epoch: stream.epoch,
        highest: stream.highest,
        received: stream.received,
        duplicates,
        aside: intake.asides.get(name) ?? 0,
        lastReceivedAt: date(heardMs),
      })),
      ...unknown.map(([name, aside]) => ({ ...unknownSource, sourceId: name, aside })),
    ]
  }

  private target(target: Target): Observed['targets'][number] {
    const { report, peer, config } = target
    const { delivered, waiting, held } = this.ledger.sumsOf(target.id)
    const resend = target.copies.resendReport
    // no spread: some hundreds of these are made every second, and a literal of one known shape is made much faster
    return {
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
    }
  }

  /** Decoded again only when there are new copies. */
  private readonly recents = new Map<string, { count: number; copies: RecentCopy[] }>()
  private recent(target: Target) {
    const { name } = target
    const { recent } = target.copies
    const before = this.recents.get(name)
    if (before?.count === recent.count) return before.copies
    const copies = recent.decoded(this.worker.core.journal, this.worker.sources)
    this.recents.set(name, { count: recent.count, copies })
    return copies
  }

  private refusal(kind: PartReport['kind'], id: string): string {
    return this.refused.find((part) => part.kind === kind && part.id === id)?.detail ?? ''
  }
}

const unknownSource = {
  segment: '',
  feedId: null,
  known: false,
  epoch: 0,
  highest: 0,
  received: 0,
  duplicates: 0,
  lastReceivedAt: null,
}

/** 0 means never. */
const date = (ms: number): Date | null => (ms > 0 ? new Date(ms) : null)
