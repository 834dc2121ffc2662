import type { Appender } from './appender.ts'
import type { JournalReader } from './read.ts'
import type { Window, Windows } from './read-window.ts'
import { RecordDecoder } from './record-decoder.ts'
import type { JournalRecord } from './records.ts'
import type { SegmentChecks } from './segment-checks.ts'

/**
 * Reads single records in ascending order: from memory while their bytes are there, else through a window of the file.
 */
export class ForwardReader implements JournalReader {
  private readonly decoder = new RecordDecoder()
  private readonly window: Window

  constructor(
    private readonly recent: Appender,
    private readonly windows: Windows,
    private readonly checks: SegmentChecks,
  ) {
    this.window = windows.open()
  }

  close(): void {
    this.windows.close(this.window)
  }

  peek(position: number): JournalRecord | undefined {
    const place = this.recent.place(position)
    if (place >= 0) return this.decoder.decode(this.recent.memory, place, position)
    if (this.checks.isDamaged(position) || !this.window.hasRecord(position)) return undefined
    return this.decoder.decode(this.window.memory, position - this.window.from, position)
  }

  async load(position: number): Promise<boolean> {
    if (this.recent.place(position) >= 0) return true
    if (await this.checks.damages(position)) return false
    try {
      if (!this.window.hasRecord(position)) await this.window.loadRecord(position)
    } catch (error) {
      if (this.checks.isDamaged(position)) return false // removed in the meantime
      throw error
    }
    return true
  }
}
