/*
 * Nothing leaves before the records that it depends on are durable: after a crash, nobody has seen anything that the
 * journal does not know. Everything in the connector ensures this by working in turns of the event loop:
 *
 *   begins    turn             the time is read, once for all that happens in this turn
 *   goes on   message, used,   each appends a record to the journal's open batch and applies it to the state at once,
 *             inbound,         so that the state is always what a replay of the journal would make of it
 *             control
 *             build            copies that were numbered: all of one target become one record, when the turn ends or
 *                              somebody needs the state to know of them (flushDeliveries)
 *             touch            a wire holds frames that were written in this turn
 *   ends      endTurn          the batch is committed, and the frames of each touched wire are sealed with its number
 *   later     durable          the journal says that the batch is on the disk: the wires release what is sealed with it
 *
 * One batch is on its way to the disk while the next one is filled:
 *
 *   turn            1                2                3                4
 *   batch 1         open, committed  on its way       durable
 *   batch 2                          open             committed        on its way
 *   frames of 1     written, sealed  wait             leave
 *
 * Nothing in a turn is awaited, so nothing sees half of a turn. Code that does await (a resend, the sweep) begins a
 * turn when it goes on.
 *
 * There are two more precautions. A process that stood still, because its machine was suspended or starved it, may have
 * lost the lead to another: `alive` finds that out, and nothing leaves until `letGo`. And when a record was written
 * without which nothing that follows could be read, a batch of its own repeats the whole state (`checkpoint`).
 */

import { applyControl, type Control, controlKind, encodeControl } from '#connector/state/control.ts'
import { applyInbound, applyMessage, applySession } from '#connector/state/fold.ts'
import { codeOfType } from '#connector/state/session-types.ts'
import type { State } from '#connector/state/state.ts'
import type { Deliveries } from '#connector/targets/deliveries.ts'
import type { Wire } from '#connector/wire/wire.ts'
import { type Constant, constant, constantOf } from '#dropcopy/constant.ts'
import { utcLength, writeUtc } from '#fix/time.ts'
import type { Journal } from '#journal/journal.ts'
import type { MessageFields } from '#journal/records.ts'
import { type Clock, ClockSteps } from './clock.ts'

/** The journal keeps 16 bits of an id. */
export const mostIds = 0xffff

/** Milliseconds; shorter than a lease remains valid when it cannot be renewed (`domain/leadership/claim.ts`). */
const stalledMs = 1_000

/** The order of work: what is appended, applied to the state and written in one turn, and when the frames leave. */
export class Core {
  /** The wall clock at the start of this turn. */
  wallMs = 0
  steadyMs = 0
  /** The clocks that a peer's SendingTime(52) is compared with. */
  clocksMs: readonly number[] = []
  readonly steps: ClockSteps
  /** SendingTime(52) of copies numbered in this turn. */
  sendingTime: Constant = constant('')
  private inTurn = false
  private readonly building = new Set<Deliveries>()
  private readonly touched = new Set<Wire>()
  private sealed: { batch: number; wires: Wire[] }[] = []
  private readonly turnEnds: (() => void)[] = []
  /**
   * Called when the process stood still, and another may lead: nothing leaves until `letGo`. Absent: nobody else can.
   */
  onStall: (() => void) | undefined
  private isHeld = false
  /** When this process was last seen running, by either clock: the steady clock stops while a machine sleeps. */
  private aliveMs = 0
  private aliveWallMs = 0
  /** The batch behind which the state is written once more; 0: none. */
  private checkpointAfter = 0
  /** By name. Ids are given out from 1 on and never reused; feeds and targets share one range. */
  private readonly ids: Record<'stream' | 'feed' | 'target', Map<string, number>>

  constructor(
    readonly journal: Journal,
    readonly state: State,
    readonly clock: Clock,
    /** A bug or an outage that leaves nothing to rely on: the process must end. */
    readonly fail: (error: Error) => void,
  ) {
    this.steps = new ClockSteps(clock)
    const { streams, feeds, targets } = state.data
    this.ids = { stream: idsOf(streams), feed: idsOf(feeds), target: idsOf(targets) }
  }

  /** Call at the start of every callback of the event loop: begins a turn unless one has begun. */
  turn(): void {
    if (this.inTurn) return
    this.inTurn = true
    this.alive()
    this.steadyMs = this.clock.steadyMs()
    const wallMs = this.clock.wallMs()
    this.steps.look(wallMs, this.steadyMs)
    this.clocksMs = this.steps.readings(wallMs, this.steadyMs)
    if (wallMs !== this.wallMs) {
      this.wallMs = wallMs
      const bytes = new Uint8Array(utcLength)
      writeUtc(bytes, 0, wallMs)
      this.sendingTime = constantOf(bytes)
    }
    setImmediate(() => this.endTurn())
  }

  /** Call often, and before anything leaves: here a process finds out that it was stopped. */
  alive(): void {
    if (!this.onStall) return
    const nowMs = performance.now()
    const wallMs = Date.now()
    const passedMs = this.aliveMs === 0 ? 0 : Math.max(nowMs - this.aliveMs, wallMs - this.aliveWallMs)
    this.aliveMs = nowMs
    this.aliveWallMs = wallMs
    if (passedMs < stalledMs) return
    this.hold()
    this.onStall()
  }

  /** Holds back what is written from here on, durable or not. */
  hold(): void {
    this.isHeld = true
  }

  letGo(): void {
    this.isHeld = false
    this.durable(this.journal.durableBatch)
  }

  /** Registers a hook that is called at the end of every turn, before the commit. */
  onTurnEnd(hook: () => void): void {
    this.turnEnds.push(hook)
  }

  /** Notes that this connection has something to send in this turn. */
  touch(wire: Wire): void {
    this.touched.add(wire)
  }

  /** Notes copies that are to be appended before the turn ends. */
  build(deliveries: Deliveries): void {
    this.building.add(deliveries)
  }

  message(fields: Readonly<MessageFields>, bytes: Uint8Array, start: number, end: number): number {
    const position = this.journal.appendMessage(fields, bytes, start, end)
    applyMessage(this.state, position, fields)
    return position
  }

  /** The same for bytes already written where the journal's `messageRoom` said. */
  messageWritten(fields: Readonly<MessageFields>, length: number): number {
    const position = this.journal.messageWritten(fields, length)
    applyMessage(this.state, position, fields)
    return position
  }

  /** Journals an outbound number that is used for no copy. `bytes`: the frame, where a resend must find it again. */
  used(session: number, epoch: number, number: number, msgType: string, bytes?: Uint8Array): void {
    this.journal.appendSession(session, epoch, number, codeOfType(msgType), bytes, 0, bytes?.length)
    applySession(this.state, session, epoch, number)
  }

  inbound(session: number, next: number): void {
    this.journal.appendInbound(session, next)
    applyInbound(this.state, session, next)
  }

  /** Appends a control record, behind the copies numbered before it. */
  control(control: Control): void {
    this.turn()
    this.flushDeliveries()
    const position = this.journal.appendControl(controlKind(control), encodeControl(control))
    applyControl(this.state, position, control)
    if (founding.has(control.kind)) this.checkpointAfter = this.journal.batch
  }

  /** The id of a feed, target or stream, given out when the name is first used. */
  idOf(what: 'stream' | 'feed' | 'target', name: string): number {
    const known = this.ids[what].get(name)
    if (known !== undefined) return known
    const id = this.idsGiven[what === 'stream' ? 'streams' : 'sessions'] + 1
    if (id > mostIds) throw new Error(`no id is left for the ${what} ${name}: the journal keeps 16 bits of them`)
    this.ids[what].set(name, id)
    this.control({ kind: 'name', what, id, name })
    return id
  }

  /** Whether `idOf` has given out an id for this name. */
  hasId(what: 'stream' | 'feed' | 'target', name: string): boolean {
    return this.ids[what].has(name)
  }

  /** How many of `mostIds` are taken for good. */
  get idsGiven(): { streams: number; sessions: number } {
    const { stream, feed, target } = this.ids
    return { streams: stream.size, sessions: feed.size + target.size }
  }

  /** The journal says that this batch and those before it are durable. */
  durable(batch: number): void {
    if (this.checkpointAfter > 0 && batch >= this.checkpointAfter) this.turn()
    this.alive()
    if (this.isHeld) return
    while (this.sealed.length > 0 && this.sealed[0]!.batch <= batch) {
      for (const wire of this.sealed.shift()!.wires) wire.release(batch) // the loop's condition
    }
  }

  flushDeliveries(): void {
    for (const deliveries of this.building) deliveries.flush()
    this.building.clear()
  }

  /** Journals the state on which everything else depends a second time, in a batch of its own. */
  private checkpoint(): void {
    if (this.checkpointAfter === 0 || this.journal.durableBatch < this.checkpointAfter) return
    this.checkpointAfter = 0
    this.control({ kind: 'checkpoint', state: this.state.data })
  }

  /** Ends the turn now, before the event loop would. */
  endTurn(): void {
    if (!this.inTurn) return
    for (const hook of this.turnEnds) hook()
    this.flushDeliveries()
    this.checkpoint()
    this.inTurn = false
    const batch = this.journal.commit()
    if (this.touched.size === 0) return
    const wires = [...this.touched].filter((wire) => wire.seal(batch))
    this.touched.clear()
    if (wires.length > 0) this.sealed.push({ batch, wires })
    if (batch <= this.journal.durableBatch) this.durable(batch)
  }
}

/** Without these records nothing that follows could be read, or numbers would be used again. */
const founding: ReadonlySet<Control['kind']> = new Set([
  'name',
  'cut',
  'week',
  'feed-week',
  'raise',
  'ask-again',
  'take-over',
])

const idsOf = (list: Record<number, { name: string }>): Map<string, number> =>
  new Map(Object.entries(list).map(([id, { name }]) => [name, Number(id)]))
