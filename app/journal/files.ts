/** The file operations that may fail for want of room, replaceable in tests. */
export interface FilePort {
  /** URL of the module whose `write(fd, bytes, offset, length, position)` the writer's thread calls; absent: `writeSync` of node:fs. */
  writeModule?: string
  /** What the module's `write` finds in workerData.writeData. */
  writeData?: unknown
  /** Write zeros ahead, one piece at a time. Rejects with ENOSPC when there is no room. */
  zero(fd: number, bytes: number, position: number): Promise<void>
}
