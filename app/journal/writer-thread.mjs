// The journal's writer: takes jobs from shared memory, one positioned write each, and tells when it
// is done. Nothing else runs in this thread.
import { fstatSync, ftruncateSync, writeSync } from 'node:fs'
import { parentPort, workerData } from 'node:worker_threads'

const { control, jobs, memory, writeModule } = workerData
const [SUBMITTED, DONE, STOP, RETRY] = [0, 1, 2, 3]
const slots = jobs.length / 4
const write = writeModule ? (await import(writeModule)).write : writeSync

/**
 * All bytes of one batch, in place. Without room: nothing of the batch stays in the file, and
 * it is tried again for as long as it takes.
 */
function put(fd, at, length, position) {
  let fullSize = -1
  for (let written = 0; written < length; ) {
    try {
      written += write(fd, memory, at + written, length - written, position + written)
    } catch (error) {
      if ((error.code !== 'ENOSPC' && error.code !== 'EDQUOT') || Atomics.load(control, STOP)) throw error
      if (fullSize < 0) {
        fullSize = fstatSync(fd).size
        parentPort.postMessage('full')
      }
      ftruncateSync(fd, position)
      written = 0
      Atomics.wait(control, RETRY, Atomics.load(control, RETRY), 100)
    }
  }
  if (fullSize < 0) return
  if (fstatSync(fd).size < fullSize) ftruncateSync(fd, fullSize)
  parentPort.postMessage('room')
}

try {
  for (let done = 0; ; ) {
    while (Atomics.load(control, SUBMITTED) === done && !Atomics.load(control, STOP))
      Atomics.wait(control, SUBMITTED, done)
    if (Atomics.load(control, SUBMITTED) === done) break
    const job = ((done >>> 0) % slots) * 4
    put(jobs[job], jobs[job + 1], jobs[job + 2], jobs[job + 3])
    done = (done + 1) | 0
    Atomics.store(control, DONE, done)
    Atomics.notify(control, DONE)
    parentPort.postMessage('done')
  }
} catch (error) {
  parentPort.postMessage({ message: error.message, code: error.code })
}
