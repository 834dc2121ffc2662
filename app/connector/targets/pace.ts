import type { JournalReader } from '#journal/read.ts'
import type { JournalRecord } from '#journal/records.ts'
import type { Outlet } from './outlet.ts'

type PacedBy = Pick<Outlet, 'peer' | 'state' | 'hasRoomToSpare'>

/**
 * The pace of what is sent again: writes only while there is room to spare on one connection, and only as long as the
 * connection and its numbers last.
 */
export class Pace {
  private resume: (() => void) | undefined
  private readonly wire: unknown
  private readonly epoch: number

  constructor(private readonly outlet: PacedBy) {
    this.wire = outlet.peer.wire
    this.epoch = outlet.state.epoch
  }

  /** Whether the connection is the same, and its numbers have not restarted. */
  get isAlive(): boolean {
    return this.outlet.peer.wire === this.wire && this.outlet.state.epoch === this.epoch
  }

  /** Call when there may be room again, or when the connection is gone. */
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

/** The record at a position, in memory or in a file; undefined: its bytes are damaged. */
export async function fetch(reader: JournalReader, position: number): Promise<JournalRecord | undefined> {
  for (;;) {
    const record = reader.peek(position)
    if (record) return record
    if (!(await reader.load(position))) return undefined
  }
}
