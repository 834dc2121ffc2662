import type { Logger } from 'pino'
import type { Feed } from '#connector/feeds/feed.ts'
import { InitiatingFeed } from '#connector/feeds/initiating-feed.ts'
import { Intake } from '#connector/feeds/intake.ts'
import { Sources } from '#connector/feeds/sources.ts'
import { Alarms } from '#connector/run/alarms/alarms.ts'
import { ClockTold } from '#connector/run/alarms/clock-told.ts'
import { DamageMet } from '#connector/run/alarms/damage.ts'
import { showFeedAlarms } from '#connector/run/alarms/feed-alarms.ts'
import { showRefusal } from '#connector/run/alarms/refused-feed.ts'
import { assertShard, lineageOf } from '#connector/state/lead.ts'
import { recoverState } from '#connector/state/recovery.ts'
import { judgeTerms } from '#connector/state/routing.ts'
import { emptyState } from '#connector/state/state.ts'
import { Sweep } from '#connector/targets/sweep.ts'
import type { Target } from '#connector/targets/target.ts'
import { Acceptor, type Taker } from '#connector/wire/acceptor.ts'
import { CredentialCheck, FailureLimit } from '#connector/wire/credentials.ts'
import type { Door } from '#connector/wire/door.ts'
import { Identities } from '#connector/wire/identities.ts'
import { RefusedLogons } from '#connector/wire/refused-logons.ts'
import { defaultBudget } from '#connector/wire/wire.ts'
import type { Snapshot } from '#domain/configuration/snapshot.ts'
import { tookOverSentence } from '#domain/leadership/claim.ts'
import { mainShard } from '#domain/reference/shard.ts'
import type { Message } from '#fix/message.ts'
import { MsgType, Tag } from '#fix/tags.ts'
import type { FilePort } from '#journal/files.ts'
import type { FoundDamage, JournalHooks } from '#journal/journal.ts'
import { openJournal } from '#journal/open-journal.ts'
import { type Clock, systemClock } from './clock.ts'
import { Core } from './core.ts'
import { Failovers } from './failover.ts'
import { placeOf } from './place.ts'
import { Retention } from './retention.ts'
import { Weeks } from './weeks.ts'

export type WorkerOptions = {
  /** The directory below which everything durable is kept. */
  data: string
  /** The shard in which the journal leads; absent: `main`. */
  shard?: string | undefined
  durability: 'fsync' | 'os'
  log: Logger
  /** A bug or an outage that leaves nothing to rely on. The process must end. */
  onFatal(error: Error): void
  /**
   * Asked once the journal is recovered: the term to lead in. Absent: no other connector can lead, and the directory is
   * trusted. @throws when it must not lead
   */
  lead?: Lead
  clock?: Clock
  /** What an operator types to command it. Absent: it runs from a file, and takes commands in its data directory. */
  commandLine?: CommandLine
  files?: FilePort
  segmentBytes?: number
  ringBytes?: number
}

/** `endedMs`: when the journal's last batch was sealed; 0: there is none. */
export type Recovered = { core: Core; place: string; endedMs: number; alarms: Alarms }
/** Answers the term to lead in, once this connector may lead. What it appends is durable when it answers. */
export type Lead = (recovered: Recovered) => Promise<number>

/** Without `session`: a command to the connector as a whole. */
type CommandLine = (verb: string, session?: string) => string

const leadAlone: Lead = async ({ core }) => (core.state.data.term ?? 0) + 1

const tickMs = 100
/** Feeds are left unread above so many bytes that are appended but not durable, and read again below so many. */
const backlogHigh = 4 * 1024 * 1024
const backlogLow = 1024 * 1024
const drainMs = 5_000
/** How often the certificate files are checked. */
const certificatesMs = 10_000
/** Events that are frequent without anybody's doing: logged at debug level. */
const quiet: ReadonlySet<string> = new Set(['duplicate', 'ignored', 'garbled', 'refused-logon', 'low-logon'])

/** One running connector: the journal, its feeds and targets, and the listeners. `applySnapshot` sets what it runs. */
export class Worker {
  readonly feeds = new Map<string, Feed>()
  readonly targets = new Map<string, Target>()
  readonly budget = defaultBudget()
  readonly acceptor: Acceptor
  readonly intake: Intake
  readonly door: Door
  readonly weeks: Weeks
  private readonly clockTold: ClockTold
  readonly failovers: Failovers
  readonly sweep: Sweep
  private readonly retention: Retention
  readonly refusedLogons = new RefusedLogons()
  private readonly damageMet: DamageMet
  readonly startedMs: number
  running: Snapshot | undefined
  private readonly credentials = new CredentialCheck()
  private readonly failures = new FailureLimit()
  /** The names of the feeds and targets that run; undefined: these changed, and nobody has asked since. */
  private named: Identities<Feed, Target> | undefined
  private readonly timer: NodeJS.Timeout
  private renewedMs = 0
  private isBehind = false
  private isStopping = false

  private constructor(
    readonly core: Core,
    readonly sources: Sources,
    readonly log: Logger,
    /** The directory below which everything durable is kept. */
    readonly data: string,
    readonly shard: string,
    readonly alarms: Alarms,
    readonly commandLine: CommandLine,
  ) {
    this.startedMs = core.clock.wallMs()
    this.door = this.makeDoor()
    this.intake = new Intake(core, sources, this.door)
    this.weeks = new Weeks(this)
    this.clockTold = new ClockTold(this)
    this.failovers = new Failovers(this)
    this.sweep = new Sweep(core)
    this.retention = new Retention(this)
    this.damageMet = new DamageMet(this.alarms, (stream) => sources.byStream(stream).name)
    this.acceptor = new Acceptor(
      core,
      this.budget,
      this.failures,
      (listener, message, address) => this.resolve(listener, message, address),
      (listener, fault, address) => this.unreadable(listener, fault, address),
      () => this.running?.limits.unauthenticatedPerAddress ?? 20,
      (code, listener, why, address) =>
        this.refused(this.identities.kindOf(listener), undefined, '', address, code, why),
    )
    core.onTurnEnd(() => this.watchBacklog())
    this.timer = setInterval(() => this.tick(), tickMs)
  }

  /**
   * Recovers what the directory holds. Nothing listens and nothing connects until `applySnapshot`. @throws OtherShard
   */
  static async open(options: WorkerOptions): Promise<Worker> {
    const state = emptyState(judgeTerms)
    let core: Core | undefined
    let worker: Worker | undefined
    const metEarly: FoundDamage[] = []
    const { data, shard = mainShard, durability, files, segmentBytes, ringBytes, onFatal, log } = options
    const byFile: CommandLine = (verb, session) =>
      ['drop-copy session', verb, session, '--data', data].filter(Boolean).join(' ')
    const { commandLine = byFile } = options
    const sizes = { ...(segmentBytes && { segmentBytes }), ...(ringBytes && { ringBytes }) }
    const directory = `${data}/journal`
    const open = (hooks: JournalHooks) =>
      openJournal(directory, { durability, ...(files && { files }), ...sizes }, hooks)
    const { journal, raise, askAgain, endedMs } = await recoverState(open, state, {
      onDurable: (batch) => {
        core?.durable(batch)
        worker?.watchBacklog()
      },
      onPressure: (full) => worker?.pressure(full),
      onDamaged: (damage) => (worker ? worker.damaged(damage) : metEarly.push(damage)),
      onFatal,
    })
    const { recovery } = journal
    if (recovery.tail !== 'clean' || recovery.damaged.length > 0) log.warn({ recovery }, 'the journal was repaired')
    core = new Core(journal, state, options.clock ?? systemClock(), onFatal)
    for (const { feed, from, to } of askAgain) core.control({ kind: 'ask-again', feed, from, to })
    if (raise > 0) core.control({ kind: 'raise', by: raise })
    core.endTurn()
    await journal.flush() // the next start finds this damage no more, so the record must be durable, whoever leads
    const alarms = new Alarms(log)
    const place = placeOf(directory)
    const recovered = { core, place, endedMs, alarms }
    const lead = async () => {
      assertShard(state, shard, data)
      return (options.lead ?? leadAlone)(recovered)
    }
    const term = await lead().catch(async (error: unknown) => {
      await journal.close()
      throw error
    })
    worker = new Worker(core, new Sources(state, journal), log, data, shard, alarms, commandLine)
    if (recovery.tail === 'suspect')
      worker.alarms.raise('suspect-tail', 'connector', '', 'The journal ended in damaged bytes.')
    if (recovery.damaged.length > 0)
      worker.alarms.raise('damaged', 'connector', '', 'A part of the journal is damaged.')
    for (const damage of metEarly) worker.damaged(damage)
    worker.showTakeOver()
    core.control({ kind: 'lead', lineage: lineageOf(state), term, place, shard })
    core.control({ kind: 'start' })
    core.endTurn()
    if (journal.isFull) worker.pressure(true)
    return worker
  }

  /** On SIGTERM: feeds stop, cursors get a moment, Logouts go out, everything becomes durable, listeners close. */
  async stop(): Promise<void> {
    if (this.isStopping) return
    this.isStopping = true
    this.retention.stop()
    this.acceptor.stop()
    for (const feed of this.feeds.values()) {
      if (feed instanceof InitiatingFeed) feed.stop()
      feed.end('Shutting down')
    }
    await this.until(
      () => [...this.targets.values()].every((target) => !target.isOnline || target.behind === 0),
      drainMs,
    )
    for (const target of this.targets.values()) target.end('Shutting down')
    await this.until(() => ![...this.feeds.values(), ...this.targets.values()].some((one) => one.isConnected), 1_000)
    clearInterval(this.timer)
    this.acceptor.destroyAll()
    this.core.endTurn()
    await this.core.journal.close()
    this.credentials.stop()
  }

  /** Another connector leads: cuts every connection without a byte more. */
  async abandon(): Promise<void> {
    this.core.hold()
    this.isStopping = true
    clearInterval(this.timer)
    this.retention.stop()
    this.acceptor.stop()
    this.acceptor.destroyAll()
    for (const feed of this.feeds.values()) {
      if (feed instanceof InitiatingFeed) feed.stop()
      feed.cut()
    }
    await this.until(() => ![...this.feeds.values(), ...this.targets.values()].some((one) => one.isConnected), 1_000)
    this.core.endTurn()
    await this.core.journal.close()
    this.credentials.stop()
  }

  private async until(holds: () => boolean, withinMs: number): Promise<void> {
    const deadline = this.core.clock.steadyMs() + withinMs
    while (!holds() && this.core.clock.steadyMs() < deadline) await new Promise((resolve) => setTimeout(resolve, 10))
  }

  private get identities(): Identities<Feed, Target> {
    this.named ??= new Identities(this.feeds.values(), this.targets.values())
    return this.named
  }

  /**
   * Call in the turn in which feeds or targets come, go or change: new connections are looked up among those present
   * then.
   */
  identitiesChange(): void {
    this.named = undefined
  }

  /** Finds whom a connection's first message is for: by 49, and by 56 where feeds are told apart by it. */
  private resolve(listener: string, message: Message, address: string): Taker | 'ignore' | 'close' {
    const sender = message.str(Tag.SenderCompID) ?? ''
    const receiver = message.str(Tag.TargetCompID) ?? ''
    const found = this.identities.find(listener, sender, receiver, message.str(Tag.TargetSubID), address)
    if (found.kind === 'feed') {
      const { feed } = found
      if (!found.isAllowed) return this.stranger('feed', feed.name, sender, address)
      return this.core.journal.isFull ? 'close' : feed
    }
    if (found.kind === 'target') {
      const { target } = found
      return found.isAllowed ? target : this.stranger('target', target.name, sender, address)
    }
    if (message.msgType === MsgType.Logon) {
      const { here, sameSender } = found
      const wrong = sameSender ? `TargetCompID (56) ${receiver}` : `SenderCompID (49) ${sender}`
      const says = `${wrong.slice(0, 100)} is not known here.`
      this.refused(here, sameSender?.name, sender, address, 'unknown-comp-id', says)
    }
    return found.isIgnored ? 'ignore' : 'close'
  }

  /** Unreadable bytes name nobody. They are ignored where some session's rules answer a wrong first message. */
  private unreadable(listener: string, fault: string, address: string): 'ignore' | 'close' {
    if (this.identities.isAnswered(listener)) return 'ignore'
    const says = `The first message at ${listener} cannot be read: ${fault}`
    this.refused(this.identities.kindOf(listener), undefined, '', address, 'unreadable', says)
    return 'close'
  }

  /** New connections use renewed certificates; where one cannot be used, the old one stays in use. */
  private renewCertificates(): void {
    const { clock } = this.core
    if (clock.steadyMs() - this.renewedMs < certificatesMs) return
    this.renewedMs = clock.steadyMs()
    try {
      for (const listener of this.acceptor.renew()) this.log.info({ listener }, 'a renewed certificate is in use')
    } catch (error) {
      this.log.error({ err: error }, 'a renewed certificate cannot be used')
    }
  }

  private refused(
    kind: 'feed' | 'target',
    id: string | undefined,
    claimed: string,
    address: string,
    code: string,
    says: string,
  ): void {
    const isTold = this.refusedLogons.add({ kind, id, claimed, address, code, says })
    this.log[isTold ? 'warn' : 'debug']({ [kind]: id, claimed: claimed.slice(0, 64), address, code }, says)
  }

  private stranger(kind: 'feed' | 'target', id: string, claimed: string, address: string): 'close' {
    this.door.refused(
      kind,
      id,
      claimed,
      address,
      'address',
      `${address} is not among the addresses that may log on as ${claimed}.`,
    )
    return 'close'
  }

  private makeDoor(): Door {
    return {
      check: (given, configured, required) => this.credentials.check(given, configured, required),
      judged: (connection, isRight) => {
        if (isRight) connection.proved()
        else this.failures.failed(connection.address, this.core.clock.steadyMs())
      },
      refused: (kind, id, claimed, address, code, says) => this.refused(kind, id, claimed, address, code, says),
      note: (kind, id, code, text) => {
        // `refused` has already reported a refused Logon
        if (quiet.has(code)) this.log.debug({ [kind]: id, code }, text)
        else this.log.info({ [kind]: id, code }, text)
        if (code === 'aside' || code === 'lost') this.showAlarmsOf(id)
        if (kind === 'feed') showRefusal(this, id, code, text)
      },
      authenticated: (connection) => {
        if (!connection) return
        connection.authenticated(this.running?.limits.frameBytes)
        this.acceptor.authenticated(connection)
      },
    }
  }

  /** Raises the alarms of a feed's record of this week; a week that has ended raises none. */
  showAlarmsOf(feed: string): void {
    const state = this.feeds.get(feed)?.state
    const isKnown = (name: string) => this.sources.isExpected(name, feed)
    if (state) showFeedAlarms(this.alarms, state, this.core.state.data.week, isKnown)
  }

  /** Raises the alarm of a take-over until somebody has acknowledged it. */
  showTakeOver(): void {
    const { tookOver } = this.core.state.data
    if (tookOver) this.alarms.raise('took-over', 'connector', '', tookOverSentence(tookOver), tookOver.atMs)
    else this.alarms.clear('took-over', 'connector', '')
  }

  private tick(): void {
    this.core.alive()
    this.clockTold.tick()
    const nowMs = this.core.clock.steadyMs()
    for (const feed of this.feeds.values()) feed.tick(nowMs)
    for (const target of this.targets.values()) target.tick(nowMs)
    this.weeks.tick()
    this.retention.tick()
    this.renewCertificates()
  }

  /** Leaves a feed unread, even a new one, while the disk is full or too much waits for it. */
  press(feed: Feed): void {
    feed.press(this.core.journal.isFull, this.isBehind)
  }

  private pressure(full: boolean): void {
    if (full) this.alarms.raise('disk-full', 'connector', '', 'The disk is full: feeds are left unread.')
    else this.alarms.clear('disk-full', 'connector', '')
    for (const feed of this.feeds.values()) this.press(feed)
  }

  private damaged(damage: FoundDamage): void {
    const messages = this.damageMet.add(damage)
    this.log.error({ from: damage.from, to: damage.to, messages }, 'a part of the journal is damaged')
  }

  private watchBacklog(): void {
    const { backlogBytes } = this.core.journal
    if (!this.isBehind && backlogBytes < backlogHigh) return
    const behind = this.isBehind ? backlogBytes > backlogLow : true
    if (behind === this.isBehind) return
    this.isBehind = behind
    for (const feed of this.feeds.values()) this.press(feed)
  }
}
