import type { JournalReader } from '#journal/read.ts'
import type { JournalRecord } from '#journal/records.ts'
import type { Outlet } from './outlet.ts'

type PacedBy = Pick<Outlet, 'peer' | 'state' | 'hasRoomToSpare'>

/**
 * The pace of what is sent again: as long as there is room to spare on one connection, and no longer than it and its
 * numbers last.
 */
export class Pace {
  private resume: (() => void) | undefined
  private readonly wire: unknown
  private readonly epoch: number

  constructor(private readonly outlet: PacedBy) {
    this.wire = outlet.peer.wire
    this.epoch = outlet.state.epoch
  }

  /** The connection is the same, and its numbers have not started anew. */
  get isAlive(): boolean {
    return this.outlet.peer.wire === this.wire && this.outlet.state.epoch === this.epoch
  }

  /** There may be room again, or nobody to have it. */
  wake(): void {
    const { resume } = this
    this.resume = undefined
    resume?.()
  }

  /** Resolves when there is room, or the connection is gone. */
  async room(): Promise<void> {
    while (this.isAlive && !this.outlet.hasRoomToSpare) {
      await new Promise<void>((resolve) => {
        this.resume = resolve
      })
    }
  }
}

/** The record at a position, wherever it is; undefined: it stands in damaged bytes. */
export async function fetch(reader: JournalReader, position: number): Promise<JournalRecord | undefined> {
  for (;;) {
    const record = reader.peek(position)
    if (record) return record
    if (!(await reader.load(position))) return undefined
  }
}
