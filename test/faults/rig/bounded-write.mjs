// The write of the journal's thread on a disk of limited size: the used bytes are counted from the files of one
// directory.
import { fstatSync, readdirSync, statSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { workerData } from 'node:worker_threads'

const BLOCK = 512

/** Bytes that the files of a directory and its subdirectories take. */
export function usedBytes(dir) {
  let bytes = 0
  for (const name of readdirSync(dir, { recursive: true }))
    bytes += (statSync(join(dir, name), { throwIfNoEntry: false })?.blocks ?? 0) * BLOCK
  return bytes
}

/** Like `writeSync`, but throws ENOSPC when there is no room for the bytes that are not in the file yet. */
export function write(fd, bytes, offset, length, position) {
  const { dir, room } = workerData.writeData
  const isThere = fstatSync(fd).blocks * BLOCK >= position + length
  if (!isThere && usedBytes(dir) + length > room)
    throw Object.assign(new Error('ENOSPC: no space left'), { code: 'ENOSPC' })
  return writeSync(fd, bytes, offset, length, position)
}
