import { sentMsOf } from '#connector/feeds/sources.ts'
import { Expiry, weekAt } from '#connector/state/expiry.ts'
import type { Gone, State } from '#connector/state/state.ts'
import type { Snapshot } from '#domain/configuration/snapshot.ts'
import type { JournalKeep } from '#journal/keep.ts'
import type { JournalRead } from '#journal/read.ts'
import type { Worker } from './worker.ts'

const everyMs = 60_000
const hourMs = 3_600_000
/** Whatever the policy says, so much is kept: what clients may ask for again (spec §5). */
const floorMs = 48 * hourMs

type Policy = Snapshot['journal']['retention']
type Segments = Pick<JournalKeep, 'sealed' | 'diskBytes' | 'replayFrom'> & Pick<JournalRead, 'end'>

/**
 * The position before which the policy lets whole oldest segments go; undefined: none. `hours` takes what is older,
 * `maxBytes` what is too much, sooner than `hours` would. The floor under both: 48 hours, the trading week in force,
 * and the week that the next start may replay from, whose records name messages of that week. A cursor never stands
 * below it, since what waits at the end of a week is held.
 */
export function removable(
  journal: Segments,
  state: State,
  { hours, maxBytes }: Policy,
  nowMs: number,
): number | undefined {
  const floor = Math.min(
    weekAt(state, journal.end)?.from ?? 0,
    weekAt(state, journal.replayFrom)?.from ?? 0,
    journal.replayFrom,
  )
  let bytes = journal.diskBytes
  let before: number | undefined
  for (let i = 0, oldest = journal.sealed(0); oldest; oldest = journal.sealed(++i)) {
    if (oldest.end > floor || oldest.endedMs > nowMs - floorMs) break
    const isOld = hours !== undefined && oldest.endedMs <= nowMs - hours * hourMs
    const isMuch = maxBytes !== undefined && bytes > maxBytes
    if (!isOld && !isMuch) break
    before = oldest.end
    bytes -= oldest.bytes
  }
  return before
}

/** Removes what the configuration's policy lets go, once a minute: first the record of it, durable, then the files. */
export class Retention {
  private lookedMs = 0
  private running: Promise<void> | undefined
  private isStopped = false

  constructor(private readonly worker: Worker) {}

  tick(): void {
    const { clock } = this.worker.core
    // a look before the first configuration would see no policy, and the next one comes a minute later
    if (!this.worker.running || this.running || this.isStopped) return
    if (clock.steadyMs() - this.lookedMs < everyMs) return
    this.lookedMs = clock.steadyMs()
    this.running = this.pass()
      .catch((cause: unknown) => {
        // what must not fail has its own way to end the process; a file that cannot be removed costs only room
        if (!this.isStopped) this.worker.log.error({ err: cause }, 'old segments of the journal were not removed')
      })
      .finally(() => {
        this.running = undefined
      })
  }

  /** Nothing more is begun. A pass that waits for the disk ends with the journal. */
  stop(): void {
    this.isStopped = true
  }

  private async pass(): Promise<void> {
    const { core, running, log } = this.worker
    const { journal, state, clock, steps } = core
    if (!running) return
    // a start came between record and files
    if (journal.start < state.data.kept) await journal.removeBefore(state.data.kept)
    const nowMs = clock.wallMs()
    if (steps.doubtMs !== 0) return // how old anything is cannot be told
    const before = removable(journal, state, running.journal.retention, nowMs)
    if (before === undefined) return
    const expiry = await this.counted(before)
    if (this.isStopped) return
    const gone = newestOf(expiry, journal)
    core.control({ kind: 'retention', before, expired: expiry.expired, gone })
    core.endTurn()
    await journal.flush()
    await journal.removeBefore(before)
    const expired = expiry.expired.reduce((sum, { count }) => sum + count, 0)
    log.info({ before, expired, diskBytes: journal.diskBytes }, 'old segments of the journal were removed')
  }

  private async counted(before: number): Promise<Expiry> {
    const { journal, state } = this.worker.core
    const expiry = new Expiry(state)
    await journal.scan(journal.start, before, (record) => {
      if (record.type === 'M') expiry.add(record)
      return !this.isStopped
    })
    return expiry
  }
}

function newestOf(expiry: Expiry, journal: Pick<JournalRead, 'read'>): Record<number, Gone> {
  const gone: Record<number, Gone> = {}
  for (const [stream, { position, epoch, number }] of expiry.newest) {
    const record = journal.read(position)
    const sentMs = record.type === 'M' ? sentMsOf(record) : Number.NaN
    gone[stream] = { epoch, number, sentMs: Number.isNaN(sentMs) ? 0 : sentMs }
  }
  return gone
}
