import { sentMsOf } from '#connector/feeds/sources.ts'
import { Expiry, weekAt } from '#connector/state/expiry.ts'
import type { Gone, State } from '#connector/state/state.ts'
import type { Snapshot } from '#domain/configuration/snapshot.ts'
import type { JournalKeep } from '#journal/keep.ts'
import type { JournalRead } from '#journal/read.ts'
import type { Worker } from './worker.ts'

const everyMs = 60_000
const hourMs = 3_600_000
/** The least that is kept, whatever the policy says: what clients may ask for again (spec §5). */
const floorMs = 48 * hourMs

type Policy = Snapshot['journal']['retention']
type Segments = Pick<JournalKeep, 'sealed' | 'diskBytes' | 'replayFrom'> & Pick<JournalRead, 'end'>

/**
 * The position before which the policy lets whole oldest segments be removed; undefined: none. `hours` removes what is
 * older, `maxBytes` what is too much, even before `hours` would. Always kept: 48 hours, the trading week in force, and
 * the week that the next start may replay from, because its records name messages of that week. No cursor is below
 * that, since what waits at the end of a week is held.
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

/**
 * Removes what the configuration's policy allows, once a minute: first journals the removal, then removes the files.
 */
export class Retention {
  private lookedMs = 0
  private running: Promise<void> | undefined
  private isStopped = false

  constructor(private readonly worker: Worker) {}

  tick(): void {
    const { clock } = this.worker.core
    // before the first configuration there is no policy, and the next look comes a minute later
    if (!this.worker.running || this.running || this.isStopped) return
    if (clock.steadyMs() - this.lookedMs < everyMs) return
    this.lookedMs = clock.steadyMs()
    this.running = this.pass()
      .catch((cause: unknown) => {
        // failures that matter end the process elsewhere; a file that cannot be removed only takes room
        if (!this.isStopped) this.worker.log.error({ err: cause }, 'old segments of the journal were not removed')
      })
      .finally(() => {
        this.running = undefined
      })
  }

  /** Begins nothing more. A pass that waits for the disk ends with the journal. */
  stop(): void {
    this.isStopped = true
  }

  private async pass(): Promise<void> {
    const { core, running, log } = this.worker
    const { journal, state, clock, steps } = core
    if (!running) return
    // a restart came between the record and the removal of the files
    if (journal.start < state.data.kept) await journal.removeBefore(state.data.kept)
    const nowMs = clock.wallMs()
    if (steps.doubtMs !== 0) return // ages cannot be told while the clock is in doubt
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
