import { setImmediate as nextTurn } from 'node:timers/promises'
import { type CopyKey, flag } from '#connector/state/fold.ts'
import { mayBeAgain, type State } from '#connector/state/state.ts'
import type { Wire } from '#connector/wire/wire.ts'
import { blankSourceMessage, readSource } from '#dropcopy/source-message.ts'
import type { JournalRecord, MessageRecord } from '#journal/records.ts'
import type { Cursor } from './cursor.ts'
import type { TargetCore } from './target-core.ts'

/** Bytes of the journal, and copies, after which the event loop has its turn: live copies and heartbeats go between. */
const bytesPerPiece = 1024 * 1024
const copiesPerPiece = 500
/** Pieces in one turn at most. If feeds bring more than a piece per turn, one piece per turn would never catch up. */
const piecesPerTurn = 10
/** After so many pieces, what was written for a client leaves, even if it is little. */
const piecesPerSending = 8

const source = blankSourceMessage()

/**
 * Moves the cursors of all targets with waiting copies over the journal in one pass: what is read for one target is
 * read for the others too, so the journal is read as often for 500 clients as for one.
 *
 * A target joins where its next copy waits, and leaves when it has no room for a copy. The pass goes on to the end of
 * the journal, skipping what no target needs, before it begins again with the targets that were left behind. So a
 * client that reads slowly holds up nobody, and does not slow the pass down.
 */
export class Sweep {
  /** Cursors that have room and wait to be moved. */
  private readonly members = new Set<Cursor>()
  /**
   * By stream: the targets that have or had it as a source, among those that waited since the configuration changed.
   */
  private readers: Cursor[][] = []
  private readonly known = new Set<Cursor>()
  /** The configuration for which `readers` was worked out. */
  private knownFor: State['routes'] | undefined
  /** Where the pass is, and where the last copy waits. */
  private position = 0
  private last = 0
  private isRunning = false
  private written = 0
  private pieces = 0
  /**
   * Connections with a few copies that are not yet sent: one write for several copies costs much less than one for
   * each.
   */
  private readonly unsent = new Set<Wire>()

  constructor(private readonly core: TargetCore) {}

  /** Copies wait for this cursor, and there is room. */
  join(one: Cursor): void {
    this.members.add(one)
    if (this.isRunning) return
    this.isRunning = true
    void this.run().catch((cause: unknown) => this.core.fail(new Error('catching up', { cause })))
  }

  leave(one: Cursor): void {
    this.members.delete(one)
  }

  private async run(): Promise<void> {
    await Promise.resolve() // the caller's work comes first: a Logon's answer, the rest of a chunk
    const { journal } = this.core
    let { end } = journal
    let goal = 0
    let inThisTurn = 0
    for (let from = this.begin(); from !== undefined; from = this.begin()) {
      await this.piece(from)
      inThisTurn++
      if (this.position < goal && inThisTurn < piecesPerTurn) continue
      await nextTurn()
      goal = this.position + 2 * (journal.end - end) // twice what came meanwhile, so that the pass catches up
      end = journal.end
      inThisTurn = 0
    }
    this.isRunning = false
  }

  /**
   * Where the next piece begins: ahead of the pass, or at targets left behind. Undefined: no target waits to be moved.
   */
  private begin(): number | undefined {
    const { core, members, position } = this
    core.turn()
    core.flushDeliveries()
    let ahead = Number.POSITIVE_INFINITY
    let behind = Number.POSITIVE_INFINITY
    for (const one of members) {
      const at = one.begin()
      if (at === undefined) continue // the target has left
      if (at >= position) ahead = Math.min(ahead, at)
      else behind = Math.min(behind, at)
    }
    if (members.size === 0 || this.pieces % piecesPerSending === 0) this.send()
    if (members.size === 0) return undefined
    const from = Number.isFinite(ahead) ? ahead : behind
    this.last = 0
    for (const one of members) {
      one.pieceFrom(from)
      if (one.isReading) this.last = Math.max(this.last, one.last)
    }
    this.learn()
    return from
  }

  private async piece(from: number): Promise<void> {
    const { core, members } = this
    this.written = 0
    this.pieces++
    const to = Math.min(from + bytesPerPiece, this.last + 1)
    this.position = await core.journal.scan(
      from,
      to,
      (record) => this.visit(record),
      (begin, end) => this.damaged(begin, end),
    )
    core.flushDeliveries()
    for (const one of members) if (one.isReading) one.past = this.position
  }

  private visit(record: JournalRecord): boolean | undefined {
    if (record.type !== 'M' || (record.flags & flag.aside) !== 0) return undefined
    const readers = this.readers[record.stream]
    if (!readers) return undefined
    let key: CopyKey | undefined
    for (let i = 0; i < readers.length; i++) {
      const one = readers[i]! // within the list
      if (!one.isReading || !one.waitsFor(record)) continue
      if (!one.outlet.has('hasRoomToCatchUp')) {
        one.park(record.position)
        continue
      }
      key ??= this.read(record)
      this.copy(one, record, key)
    }
    return this.written < copiesPerPiece
  }

  private read(m: Readonly<MessageRecord>): CopyKey {
    const { core } = this
    core.turn()
    readSource(m, m.start, m.end - m.start, m.bodyAt, m.at797, source)
    const { stream, epoch, number, position } = m
    const possResend = (m.flags & flag.possResend) !== 0 || mayBeAgain(core.state.data, position, core.journal.end)
    return { stream, epoch, number, late: (m.flags & flag.late) !== 0, possResend }
  }

  private copy({ outlet }: Cursor, { position, stream }: Readonly<MessageRecord>, key: CopyKey): void {
    this.written++
    const wire = outlet.copy(source, outlet.sources.byStream(stream), position, key)
    if (wire?.hasFullChunk === false) this.unsent.add(wire)
    else if (wire) this.core.touch(wire)
  }

  private send(): void {
    for (const wire of this.unsent) this.core.touch(wire)
    this.unsent.clear()
  }

  private damaged(from: number, to: number): void {
    for (const one of this.members) if (one.isReading) one.damaged(from, to)
  }

  /** Learns which targets read which streams; starts over when the configuration has changed. */
  private learn(): void {
    const { known, members } = this
    const { routes } = this.core.state
    if (this.knownFor !== routes) {
      this.knownFor = routes
      this.readers = []
      known.clear()
    }
    for (const one of members) {
      if (known.has(one)) continue
      known.add(one)
      const streams = one.outlet.state.history.flatMap(({ terms }) => terms?.sources ?? [])
      for (const stream of new Set(streams)) {
        const list = this.readers[stream]
        if (list) list.push(one)
        else this.readers[stream] = [one]
      }
    }
  }
}
