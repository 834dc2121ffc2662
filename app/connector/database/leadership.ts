import { setTimeout as wait } from 'node:timers/promises'
import type { Logger } from 'pino'
import type { Core } from '#connector/run/core.ts'
import type { Lead, Recovered } from '#connector/run/worker.ts'
import { type LastNumbers, lastNumbers, lineageOf, raisedAbove, raisedNumbers } from '#connector/state/lead.ts'
import { AnsweringPool } from '#db/answering-pool.ts'
import { openLeasePool } from '#db/client.ts'
import { hideParameters } from '#db/failed-statement.ts'
import {
  endLease,
  type FoundLease,
  findLease,
  removeRefusals,
  renewLease,
  saveRefusal,
  takeLease,
} from '#db/queries/connector/leases.ts'
import {
  type Claim,
  gapAfter,
  judgeClaim,
  type RefusedClaim,
  refusalRemedy,
  refusalSentence,
  renewEveryMs,
} from '#domain/leadership/claim.ts'
import type { Leader, Shard } from '#domain/leadership/leader.ts'

/** A later answer about the lease comes too late to be of use. */
const answerMs = 2_000
/** How long a leader that stood still waits for the database before it leads on without an answer (ADR 34). */
const doubtMs = 5_000
/** The database counts as restored from a backup when it has not heard of journal batches that are this much newer. */
const unheardMs = 60_000

/** The connector was stopped before it led. */
export class NeverLed extends Error {
  override name = 'NeverLed'
}

type Options = Shard & {
  url: string
  connector: string
  log: Logger
  stopped: AbortSignal
  /** An operator's order to lead although the journal is behind, with its reason. */
  takeOver?: string | undefined
}

/**
 * Decides whether this connector leads: it claims the lease with its journal, renews the lease every second, and learns
 * when another connector has taken it. `judgeClaim` holds the rule. A leader that cannot reach the database leads on;
 * so does a connector that starts in the very directory that led last.
 */
export class Leadership {
  private readonly connection: AnsweringPool
  private recovered: Recovered | undefined
  /** The term in which this connector leads; undefined before it leads, and once another leads. */
  private held: { term: number; isConfirmed: boolean } | undefined
  /** The batch and the numbers that the lease was given last. */
  private batch = 0
  private numbers = ''
  private said = ''
  private timer: NodeJS.Timeout | undefined
  private renewing: Promise<void> | undefined
  private isReachable = true
  /** When the process was found to have stood still; 0: there is no doubt that it leads. */
  private doubtSinceMs = 0
  private readonly ended = new AbortController()

  constructor(private readonly options: Options) {
    this.connection = new AnsweringPool(() => openLeasePool(options.url), answerMs)
  }

  /** The leader as reports name it; undefined before this connector leads. */
  get leader(): Leader | undefined {
    return this.held && this.leaderIn(this.held.term)
  }

  /** Aborted when another connector leads: nothing more may be sent or written. */
  get lost(): AbortSignal {
    return this.ended.signal
  }

  /** Answers the term once this connector leads. @throws NeverLed */
  readonly lead: Lead = async (recovered) => {
    this.recovered = recovered
    while (!this.options.stopped.aborted) {
      const term = await this.claim(recovered)
      if (term !== undefined) {
        this.follow(recovered.core)
        return term
      }
      await wait(renewEveryMs, undefined, { signal: this.options.stopped }).catch(() => undefined)
    }
    throw new NeverLed('it was stopped before it led')
  }

  /** Ends the lease too, unless another connector has it. */
  async stop(): Promise<void> {
    clearInterval(this.timer)
    await this.renewing
    const { leader } = this
    if (leader) {
      await this.connection
        .ask(async (db) => {
          await renewLease(db, this.rowIn(leader.term))
          await endLease(db, leader)
        })
        .catch(() => undefined) // the next leader waits three seconds then
    }
    await this.connection.close()
  }

  /** Goes on leading until `stop`. */
  private follow(core: Core): void {
    core.onStall = () => {
      this.doubtSinceMs = performance.now()
      this.options.log.warn('the process stood still: nothing leaves until it is known whether it still leads')
      void this.renewing?.then(() => this.tick()) // the renewal asked before the standstill proves nothing about now
      this.tick()
    }
    this.timer = setInterval(() => this.tick(), renewEveryMs)
  }

  private async claim(recovered: Recovered): Promise<number | undefined> {
    let lease: FoundLease | undefined
    try {
      lease = await this.connection.ask((db) => findLease(db, this.options))
    } catch {
      return this.leadUnasked(recovered)
    }
    try {
      return await this.judged(recovered, lease)
    } catch (error) {
      const why = error instanceof Error ? hideParameters(error).message : String(error)
      return this.say(`waiting: the lease could not be taken: ${why}`)
    }
  }

  private async judged(recovered: Recovered, lease: FoundLease | undefined): Promise<number | undefined> {
    const claim = claimOf(recovered, lease)
    const judged = judgeClaim(claim, lease)
    if (judged.verdict === 'lead') return this.take(judged.term, lease, claim)
    if (judged.verdict === 'wait' || !lease) return this.say('waiting: another connector leads')
    const { takeOver } = this.options
    if (takeOver === undefined) return this.refused(judged, claim, lease)
    if (lease.isLive) return this.say('waiting: another connector leads; it has to end before this one takes over')
    return this.takeOver(recovered.core, lease, takeOver)
  }

  /** The database cannot be asked: the directory that led last leads on, but a copy of the directory does not. */
  private leadUnasked({ core, place }: Recovered): number | undefined {
    const { term = 0, place: ledFrom } = core.state.data
    if (ledFrom !== place)
      return this.say('waiting: the database does not answer, and this data directory is not known to have led last')
    this.reachable(false)
    this.held = { term: term + 1, isConfirmed: false }
    return this.held.term
  }

  /** Leads once the database has said so. A lost answer does no harm: the lease belongs to this journal then. */
  private async take(term: number, lease: FoundLease | undefined, claim: Claim): Promise<number | undefined> {
    const numbers = JSON.stringify(this.lastNumbers())
    const row = { ...this.rowIn(term), connector: this.options.connector, numbers }
    if (!(await this.connection.ask((db) => takeLease(db, row, lease)))) return undefined
    this.held = { term, isConfirmed: false }
    this.confirmed(row.end.batch, numbers)
    if (lease && isPutBack(claim, lease, this.known().endedMs)) this.databaseBehind()
    await this.connection.ask((db) => removeRefusals(db, this.options)).catch(() => undefined)
    return term
  }

  /**
   * The journal first, then the lease. If the lease could not be taken, or the process died between the two, the next
   * try raises only by what the time since requires: the journal names the lease above which it was raised.
   */
  private async takeOver(core: Core, lease: FoundLease, reason: string): Promise<number | undefined> {
    const { week, sessions } = lease.numbers as LastNumbers // written by the leader before
    const above = { lineage: lease.lineage, term: lease.term, batch: lease.end.batch }
    const gap = gapAfter(lease)
    const raisedBy = raisedAbove(core.state, above)
    if (gap > raisedBy) {
      core.turn()
      if (week > core.state.data.week) core.control({ kind: 'week', week })
      const by = { gap, raisedBy }
      const raised = raisedNumbers(core.state.data, { week, sessions }, by, (what, name) => core.idOf(what, name))
      core.control({ kind: 'take-over', reason, gap, above, atMs: core.wallMs, sessions: raised })
      core.endTurn()
      await core.journal.flush()
      this.options.log.warn({ reason, gap }, 'taking over with a journal that is behind')
    }
    return this.take(lease.term + 1, lease, claimOf(this.known(), lease))
  }

  private async refused(why: RefusedClaim, claim: Claim, lease: FoundLease): Promise<undefined> {
    const { code } = why
    const says = refusalSentence(why, claim, lease)
    const remedy = refusalRemedy(lease)
    this.say(`refused: ${says} ${remedy}`, says)
    if (lease.isLive) return // somebody leads, and the pages show that
    const { place } = this.known()
    await this.connection.ask((db) => saveRefusal(db, { ...this.options, place }, { code, says, remedy }))
  }

  private tick(): void {
    if (!this.held) return // another leads, so there is nothing to renew
    this.renewing ??= this.renew(this.held.term).finally(() => {
      this.renewing = undefined
    })
  }

  private async renew(term: number): Promise<void> {
    const askedMs = performance.now()
    const row = this.rowIn(term)
    try {
      const before = await this.connection.ask((db) => renewLease(db, row))
      const isMine = before !== undefined || (await this.claimAgain())
      if (!isMine) return this.superseded()
      if (before !== undefined) {
        if (before < this.batch) this.databaseBehind()
        this.confirmed(row.end.batch, row.numbers ?? this.numbers)
      }
      this.reachable(true)
      if (askedMs > this.doubtSinceMs) this.noDoubt() // an answer to an earlier question may no longer be true
    } catch (error) {
      this.reachable(false, error)
      if (performance.now() - this.doubtSinceMs > doubtMs) this.noDoubt()
    }
  }

  /** The row is not ours: it is another leader's, the database was restored, or it was away when this leader began. */
  private async claimAgain(): Promise<boolean> {
    const { held } = this
    const lease = await this.connection.ask((db) => findLease(db, this.options))
    if (!held || (lease && lease.term >= held.term)) return false
    const wasConfirmed = held.isConfirmed
    const judged = judgeClaim(claimOf(this.known(), lease), lease)
    if (judged.verdict !== 'lead') return false
    const numbers = JSON.stringify(this.lastNumbers())
    const row = { ...this.rowIn(held.term), connector: this.options.connector, numbers }
    if (!(await this.connection.ask((db) => takeLease(db, row, lease)))) return false
    if (wasConfirmed) this.databaseBehind()
    this.confirmed(row.end.batch, row.numbers)
    return true
  }

  private superseded(): void {
    clearInterval(this.timer)
    this.held = undefined
    this.known().core.hold() // the news of it may reach others after what becomes durable meanwhile
    this.ended.abort()
  }

  private noDoubt(): void {
    if (this.doubtSinceMs === 0) return
    this.doubtSinceMs = 0
    this.known().core.letGo()
  }

  /** What the lease is to say now; the numbers only if they have changed. */
  private rowIn(term: number) {
    const { core, place } = this.known()
    const numbers = JSON.stringify(this.lastNumbers())
    const end = core.journal.durableEnd
    return { ...this.leaderIn(term), place, end, ...(numbers === this.numbers ? {} : { numbers }) }
  }

  private leaderIn(term: number): Leader {
    const { environment, shard } = this.options
    return { environment, shard, lineage: lineageOf(this.known().core.state), term }
  }

  private lastNumbers(): LastNumbers {
    return lastNumbers(this.known().core.state.data)
  }

  private known(): Recovered {
    if (!this.recovered) throw new Error('bug: nothing is recovered yet')
    return this.recovered
  }

  private confirmed(batch: number, numbers: string): void {
    this.batch = batch
    this.numbers = numbers
    if (this.held) this.held.isConfirmed = true
  }

  private databaseBehind(): void {
    this.known().alarms.raise(
      'database-behind',
      'connector',
      '',
      'The database was put back to an earlier state, or was away: it knew less than the journal. The connector leads with the journal, and reports everything again.',
    )
  }

  private reachable(is: boolean, error?: unknown): void {
    if (is === this.isReachable) return
    this.isReachable = is
    const { log } = this.options
    if (is) log.info('the lease is renewed again')
    else log.error({ err: error }, 'the lease cannot be renewed: leading on without the database')
  }

  /** Logs a text once. `about` tells it from the text logged before. */
  private say(text: string, about = text): undefined {
    if (about !== this.said) this.options.log.warn(text)
    this.said = about
    return undefined
  }
}

function claimOf({ core, place }: Recovered, lease: FoundLease | undefined): Claim {
  const { journal, state } = core
  const { term = 0, raisedIn, run } = state.data
  const end = journal.durableEnd
  const isEmpty = run === 0 && Object.keys(state.data.targets).length === 0
  return { lineage: lineageOf(state), term, end, place, isEmpty, raisedIn, holdsLease: holds(core, lease, end.batch) }
}

function holds({ journal }: Core, lease: FoundLease | undefined, last: number): Claim['holdsLease'] {
  if (!lease || lease.end.batch > last) return 'no'
  const crc = journal.crcOf(lease.end.batch)
  if (crc === undefined) return 'unknown'
  return crc === lease.end.crc ? 'yes' : 'no'
}

/** `endedMs`: when the journal's last batch was sealed before this start. */
const isPutBack = (claim: Claim, lease: FoundLease, endedMs: number): boolean =>
  claim.lineage === lease.lineage && endedMs - (Date.now() - lease.silentMs) > unheardMs
