// The write of the journal's thread, made to fail: [0] what (1 no room, 2 input/output error), [1] after so
// many bytes of the batch, [2] attempts seen.
import { writeSync } from 'node:fs'
import { workerData } from 'node:worker_threads'

const plan = workerData.writeData

export function write(fd, bytes, offset, length, position) {
  const fault = Atomics.load(plan, 0)
  if (fault === 0) return writeSync(fd, bytes, offset, length, position)
  const partial = Math.min(length - 1, Atomics.load(plan, 1))
  if (partial > 0) writeSync(fd, bytes, offset, partial, position)
  Atomics.add(plan, 2, 1)
  const code = fault === 1 ? 'ENOSPC' : 'EIO'
  throw Object.assign(new Error(`${code}: injected`), { code })
}
