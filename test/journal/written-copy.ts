import { closeSync, existsSync, ftruncateSync, openSync, writeSync } from 'node:fs'
import type { SealedBatch } from '#journal/batch-port.ts'
import { Segments } from '#journal/segments.ts'

/** A sealed batch with bytes of its own. */
export type CopiedBatch = Omit<SealedBatch, 'start' | 'end'>

/** Makes the segment files of a journal from its batches alone. */
export function writeCopy(dir: string, batches: readonly CopiedBatch[]): void {
  const segments = new Segments(dir, 'os')
  for (const { base, segmentBytes, position, bytes } of batches) {
    const path = segments.path(base)
    const fd = openSync(path, existsSync(path) ? 'r+' : 'w')
    ftruncateSync(fd, segmentBytes)
    writeSync(fd, bytes, 0, bytes.length, position - base)
    closeSync(fd)
  }
}
