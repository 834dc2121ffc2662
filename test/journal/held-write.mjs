// Writes as long as the test does not hold it: see contract.process.test.ts.
import { writeSync } from 'node:fs'
import { workerData } from 'node:worker_threads'

const held = workerData.writeData

export function write(fd, bytes, offset, length, position) {
  while (Atomics.load(held, 0) === 1) Atomics.wait(held, 0, 1)
  return writeSync(fd, bytes, offset, length, position)
}
