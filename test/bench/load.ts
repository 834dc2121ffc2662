import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { nowMicros, ReportFrames, sendingTime, sessionFrame } from './report-frames.ts'

/** Sent by the bench: one feed each, how many messages over all of them, and how fast. */
export type LoadOrder = {
  /** `number`: 34 of the Logon, 1 unless the feed has a history. */
  feeds: { port: number; senderCompId: string; targetCompId: string; number?: number }[]
  messages: number
  /** Messages a second over all feeds; 0: as fast as they are taken. */
  perSecond: number
}
export type LoadReport = { firstMicros: number; lastMicros: number; latestMs: number }

type Feed = { socket: Socket; frames: ReportFrames; number: number }

const burst = 64
const warnLateMs = 1
const settleMs = 500

/** The load generator: a process of its own, so that its work is not the product's. It never waits for an answer. */
process.on('message', async (order: LoadOrder) => {
  const feeds = await Promise.all(order.feeds.map(logOn))
  await sleep(settleMs) // an engine may still be busy with the Logon
  process.send?.(order.perSecond > 0 ? await atRate(feeds, order) : await flatOut(feeds, order))
})

async function logOn({ port, senderCompId, targetCompId, number = 1 }: LoadOrder['feeds'][number]): Promise<Feed> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true })
  await once(socket, 'connect')
  socket.write(sessionFrame(`35=A|34=${number}|49=${senderCompId}|52=${sendingTime()}|56=${targetCompId}|98=0|108=60|`))
  await once(socket, 'data')
  socket.on('error', () => socket.destroy())
  socket.once('close', () => {
    throw new Error(`${senderCompId}: the feed was closed`)
  })
  socket.resume() // what it says to us is not of interest
  return { socket, frames: new ReportFrames(senderCompId, targetCompId), number: number + 1 }
}

async function flatOut(feeds: Feed[], { messages }: LoadOrder): Promise<LoadReport> {
  const firstMicros = nowMicros()
  const share = Math.ceil(messages / feeds.length)
  await Promise.all(
    feeds.map(async (feed) => {
      for (let left = share; left > 0; left -= burst) {
        if (!send(feed, Math.min(burst, left), nowMicros())) await once(feed.socket, 'drain')
      }
    }),
  )
  await Promise.all(feeds.map(flushed))
  return { firstMicros, lastMicros: nowMicros(), latestMs: 0 }
}

/** Every millisecond what is due by then; a message carries the time it was due, so that a pause of the generator counts as latency. */
async function atRate(feeds: Feed[], { messages, perSecond }: LoadOrder): Promise<LoadReport> {
  const firstMicros = nowMicros()
  let latestMs = 0
  for (let sent = 0; sent < messages; ) {
    const micros = nowMicros()
    const due = Math.min(messages, Math.floor(((micros - firstMicros) * perSecond) / 1e6) + 1)
    if (due > sent) {
      const lateMs = (micros - firstMicros) / 1000 - ((due - 1) * 1000) / perSecond
      if (lateMs > warnLateMs) latestMs = Math.max(latestMs, lateMs)
    }
    for (; sent < due; sent++) send(feeds[sent % feeds.length]!, 1, Math.floor(firstMicros + (sent * 1e6) / perSecond)) // there is at least one feed
    await sleep(1)
  }
  return { firstMicros, lastMicros: nowMicros(), latestMs }
}

/** Everything written has been taken by the system. */
const flushed = ({ socket }: Feed) => new Promise<void>((resolve) => socket.write('', () => resolve()))

function send(feed: Feed, count: number, micros: number): boolean {
  const bytes = Buffer.allocUnsafe(feed.frames.bytes * count)
  feed.frames.stamp(Date.now())
  let at = 0
  for (let i = 0; i < count; i++) at = feed.frames.write(bytes, at, feed.number++, micros)
  return feed.socket.write(bytes)
}
