import { dirname } from 'node:path'
import { pino } from 'pino'
import { runFromDatabase } from '#connector/database/run-from-database.ts'
import { systemClock } from '#connector/run/clock.ts'
import { type Running, runConnector } from '#connector/run/run-connector.ts'
import { wantedFile } from '#connector/run/snapshot/wanted-file.ts'
import { disk, type FilePort } from '#journal/files.ts'
import { usedBytes } from './bounded-write.mjs'

/** Orders of the rig to its connector. */
export type Order =
  | { order: 'clock'; aheadMs: number }
  /** No room: nothing can be allocated, and the write fails after so many bytes of a batch. */
  | { order: 'disk'; isFull: boolean; partial: number }
  | { order: 'stop' }
  | { order: 'look' }

/** The connector's answers. */
export type Answer =
  | { event: 'ready' }
  | { event: 'look'; rss: number; queued: number; alarms: string[]; behind: Count; nextOut: Count; nextIn: Count }

/** By target or feed. */
type Count = Record<string, number>

/*
 * The connector as the command line runs it, with a disk that fills and a clock that jumps on demand:
 * CONFIG DATA SEGMENT_BYTES ROOM WRITE_MODULE
 * CONFIG: a file, or the URL of a database to follow, with the journal's own segments and disk.
 * ROOM: bytes that everything in and beside DATA may take; 0: all that there are.
 * WRITE_MODULE: what the journal's thread writes with.
 */
const [config = '', data = '', segmentBytes = '', room = '0', writeModule = ''] = process.argv.slice(2)
const plan = new Int32Array(new SharedArrayBuffer(12))
let aheadMs = 0

const noRoom = () => Object.assign(new Error('no space left'), { code: 'ENOSPC' })

const told: FilePort = {
  writeModule,
  writeData: plan,
  zero: async (fd, bytes, position) => {
    if (Atomics.load(plan, 0) > 0) throw noRoom()
    return disk.zero(fd, bytes, position)
  },
}

const bounded: FilePort = {
  writeModule,
  writeData: { dir: dirname(data), room: Number(room) },
  zero: async (fd, bytes, position) => {
    if (usedBytes(dirname(data)) + bytes > Number(room)) throw noRoom()
    return disk.zero(fd, bytes, position)
  },
}

const log = pino({ level: 'error' }, pino.destination({ fd: 2, sync: true }))
const onFatal = (error: unknown) => {
  console.error(error)
  process.exit(1)
}

async function fromFile(): Promise<Running> {
  const wanted = wantedFile(config)
  const first = await wanted.read()
  if (!first.ok) throw new Error(`${config}: ${JSON.stringify(first)}`)
  return runConnector({
    wanted,
    first,
    data,
    log,
    onFatal,
    needsEveryListener: true,
    clock: systemClock(() => Date.now() + aheadMs),
    files: Number(room) > 0 ? bounded : told,
    segmentBytes: Number(segmentBytes),
  })
}

/** Like the portal's child; a stop ends the following of the database first. */
function fromDatabase(): Promise<Running> {
  const stopped = new AbortController()
  return new Promise((resolve) => {
    const onReady = (running: Running) => {
      const stop = async () => {
        stopped.abort()
        await ended
      }
      resolve({ ...running, stop })
    }
    const options = { url: config, environment: 'sandbox', name: 'main', data, release: 'faults' } as const
    const ended = runFromDatabase({ ...options, log, onFatal, onReady }, stopped.signal)
    ended.catch(onFatal)
  })
}

const running = await (config.startsWith('postgres:') ? fromDatabase() : fromFile())

const tell = (answer: Answer) => process.send?.(answer)

process.on('message', (message: Order) => {
  if (message.order === 'clock') aheadMs = message.aheadMs
  else if (message.order === 'disk') {
    Atomics.store(plan, 1, message.partial)
    Atomics.store(plan, 0, message.isFull ? 1 : 0)
  } else if (message.order === 'look') look()
  else void running.stop().then(() => process.exit(0))
})
process.once('disconnect', () => process.exit(0)) // the process that started this one is gone

function look(): void {
  const { worker } = running
  const behind = Object.fromEntries([...worker.targets].map(([name, target]) => [name, target.behind]))
  const nextOut = Object.fromEntries([...worker.targets].map(([name, target]) => [name, target.state.nextOut]))
  const nextIn = Object.fromEntries([...worker.feeds].map(([name, feed]) => [name, feed.state.nextIn]))
  const alarms = worker.alarms.all.map(({ code }) => code)
  const rss = process.memoryUsage.rss()
  tell({ event: 'look', rss, queued: worker.budget.queued, alarms, behind, nextOut, nextIn })
}

tell({ event: 'ready' })
