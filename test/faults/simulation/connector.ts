import { setImmediate as nextTurn } from 'node:timers/promises'
import { Feed } from '#connector/feeds/feed.ts'
import { Intake } from '#connector/feeds/intake.ts'
import { Sources } from '#connector/feeds/sources.ts'
import { Core } from '#connector/run/core.ts'
import { cutOver, ownersOf } from '#connector/run/snapshot/cut-over.ts'
import { turnTargets } from '#connector/run/weeks.ts'
import { recoverState } from '#connector/state/recovery.ts'
import { judgeTerms } from '#connector/state/routing.ts'
import { emptyState, type State, serialise } from '#connector/state/state.ts'
import { Sweep } from '#connector/targets/sweep.ts'
import { Target } from '#connector/targets/target.ts'
import { Connection } from '#connector/wire/connection.ts'
import { CredentialCheck } from '#connector/wire/credentials.ts'
import type { Door } from '#connector/wire/door.ts'
import { lanesOf } from '#connector/wire/lanes.ts'
import type { Budget } from '#connector/wire/wire.ts'
import type { Snapshot } from '#domain/configuration/snapshot.ts'
import { nextDeadlineMs } from '#fix/heartbeat.ts'
import type { MemoryDisk } from '#test/support/memory-disk.ts'
import { type MemoryJournal, openMemoryJournal } from '#test/support/memory-journal.ts'
import type { PretendSocket } from './socket.ts'

/**
 * What outlives the connector's process: the disk, the clock, the wanted configuration, and what was found wrong so
 * far.
 */
export type Surroundings = {
  readonly disk: MemoryDisk
  nowMs: number
  week: string
  snapshot: Snapshot
  readonly wrong: string[]
  /** By batch: the state when that batch was durable and nothing had been appended since. */
  readonly states: Map<number, string>
}

const credentials = new CredentialCheck()

/**
 * One life of the connector's process: the real core, intake, feed, target and sweep over a journal in memory and a
 * pretended network. The event loop is the real one; clock, disk and network belong to the world.
 */
export class SimulatedConnector {
  /** Writes of batches under way, in order: the world ends each of them. */
  readonly writes: (() => void)[] = []
  private readonly sweep: Sweep
  private readonly intake: Intake
  private readonly sources: Sources
  private readonly budget: Budget
  readonly feed: Feed
  readonly target: Target
  private isDead = false

  private constructor(
    readonly around: Surroundings,
    readonly core: Core,
    readonly journal: MemoryJournal,
    perSocket: number,
    writes: (() => void)[],
  ) {
    this.writes = writes
    this.budget = { queued: 0, perSocket, inAll: 1 << 20 }
    const { snapshot } = around
    const door = this.door()
    this.sources = new Sources(core.state, journal)
    this.intake = new Intake(core, this.sources, door)
    this.sweep = new Sweep(core)
    core.turn()
    this.intake.configure(snapshot.exchange)
    const feedId = core.idOf('feed', snapshot.feeds[0]!.id) // the snapshot of the world has one feed and one target
    this.configure()
    this.feed = new Feed(feedId, core, snapshot.feeds[0]!, this.intake, door)
    const lane = lanesOf(snapshot)[0]!
    this.target = new Target(
      core.idOf('target', lane.name),
      core,
      this.sources,
      snapshot.exchange,
      lane,
      door,
      this.sweep,
    )
    this.intake.targets[this.target.id] = this.target.copies
    if (core.state.data.week !== around.week) this.turnWeek()
  }

  /** Recovers what the disk holds. */
  static async start(around: Surroundings, perSocket: number): Promise<SimulatedConnector> {
    const state = emptyState(judgeTerms)
    const writes: (() => void)[] = []
    let journal: MemoryJournal | undefined
    let core: Core | undefined
    const fail = (error: Error) => void around.wrong.push(`failed: ${error.message} ${String(error.cause ?? '')}`)
    const { raise } = await recoverState(
      async (hooks) => {
        journal = openMemoryJournal(around.disk, hooks, {
          later: (endWrite) => void writes.push(endWrite),
          nowMs: () => around.nowMs,
          ringBytes: 4 << 20,
        })
        return journal
      },
      state,
      {
        onDurable: (batch) => core?.durable(batch),
        onPressure: () => {},
        onFatal: fail,
      },
    )
    if (!journal) throw new Error('no journal was opened')
    if (raise > 0) around.wrong.push('a journal without damage asks for numbers to be raised')
    SimulatedConnector.compare(around, state, journal)
    const clock = { wallMs: () => around.nowMs, steadyMs: () => around.nowMs }
    core = new Core(journal, state, clock, fail)
    core.control({ kind: 'start' })
    return new SimulatedConnector(around, core, journal, perSocket, writes)
  }

  /** Recovery must bring back exactly what was there when the last durable batch was sealed. */
  private static compare(around: Surroundings, state: State, journal: MemoryJournal): void {
    const before = around.states.get(journal.durableBatch)
    if (before === undefined) return
    const recovered = Buffer.from(serialise(state)).toString()
    if (recovered !== before) around.wrong.push(differing(before, recovered))
  }

  get row() {
    return this.core.state.data.targets[this.target.id]! // named when the target was made
  }

  /** A connection was accepted; its first frame must be for this session. */
  accept(socket: PretendSocket, side: 'feed' | 'target'): void {
    const taker = this[side]
    const connection: Connection = new Connection(this.core, socket, this.budget, {
      frame: (message) => taker.take(connection, message),
      garbled: () => connection.destroy(),
      drained: () => {},
      closed: () => {},
    })
  }

  /** When a session next has something to do, by the clock. */
  get dueMs(): number {
    const due = [this.feed, this.target].map(({ peer }) => (peer.isConnected ? nextDeadlineMs(peer.session) : Infinity))
    return Math.min(...due)
  }

  tick(): void {
    this.core.turn()
    this.feed.tick(this.around.nowMs)
    this.target.tick(this.around.nowMs)
  }

  /** The configuration that is wanted now takes effect. */
  reconfigure(): void {
    const { snapshot } = this.around
    this.core.turn()
    this.configure()
    this.target.reconfigure(lanesOf(snapshot)[0]!, snapshot.exchange)
  }

  private configure(): void {
    const { core, around } = this
    this.sources.configure(ownersOf(around.snapshot), (name) => core.idOf('stream', name))
    cutOver(core, around.snapshot, '', { of: () => undefined })
  }

  /** A new trading week begins. */
  turnWeek(): void {
    this.core.turn()
    turnTargets(this.core, [this.target], this.around.week)
  }

  /** The process does its due work. */
  async settle(): Promise<void> {
    for (let i = 0; i < 6 && !this.isDead; i++) await nextTurn()
    const { journal, around, core } = this
    if (!this.isDead && journal.backlogBytes === 0)
      around.states.set(journal.durableBatch, Buffer.from(serialise(core.state)).toString())
  }

  /** So many batches become durable. */
  async commit(count: number): Promise<void> {
    for (const endWrite of this.writes.splice(0, count)) {
      endWrite()
      await this.settle()
    }
  }

  /** The process is killed. So many batches reach the disk without the process being told. */
  kill(reached: number): void {
    this.isDead = true
    this.journal.crash(reached)
    this.writes.length = 0
  }

  private door(): Door {
    return {
      check: (given, configured, required) => credentials.check(given, configured, required),
      judged: () => {},
      refused: () => {}, // the refused end reports this
      note: (kind, id, code, text) => {
        if (code === 'aside' && !this.isDead) this.around.wrong.push(`${kind} ${id} kept aside ${text}`)
      },
      authenticated: (connection) => connection?.authenticated(),
    }
  }
}

/** Where two texts begin to differ. */
function differing(before: string, recovered: string): string {
  const at = [...before].findIndex((character, i) => character !== recovered[i])
  const from = Math.max(0, at - 100)
  return `recovered …${recovered.slice(from, at + 100)}…, not …${before.slice(from, at + 100)}…`
}
