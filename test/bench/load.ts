import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import {
  type Body,
  EncapsulatedFrames,
  type Frames,
  frame,
  nowMicros,
  ReportFrames,
  RotatingFrames,
  sendingTime,
} from './report-frames.ts'

/** The bench's order: one end for each feed, how many messages over all of them, and how fast. */
export type LoadOrder = {
  feeds: FeedEnd[]
  kind: Body
  messages: number
  /** Messages a second over all feeds; 0: as fast as they are taken. */
  perSecond: number
}
/**
 * `number`: 34 of the Logon, 1 unless the feed has a history. `encapsulates`: the source inside, or the sources that
 * take turns; absent: a plain feed.
 */
export type FeedEnd = {
  port: number
  senderCompId: string
  targetCompId: string
  number?: number
  encapsulates?: string | string[]
}

/** `latestMs`: the greatest delay between a message's due time and its write. */
export type LoadReport = { firstMicros: number; lastMicros: number; latestMs: number }

type Feed = { socket: Socket; frames: Frames; number: number }

const burst = 64
const settleMs = 500

/**
 * The load generator: a process of its own, so that its work does not count as the product's. It never waits for an
 * answer.
 */
process.on('message', async (order: LoadOrder) => {
  const feeds = await Promise.all(order.feeds.map((end) => logOn(end, order.kind)))
  await sleep(settleMs) // an engine may still be busy with the Logon
  process.send?.(order.perSecond > 0 ? await atRate(feeds, order) : await flatOut(feeds, order))
})
process.once('disconnect', () => process.exit())

async function logOn(end: FeedEnd, kind: Body): Promise<Feed> {
  const { port, senderCompId, targetCompId, number = 1 } = end
  const socket = connect({ port, host: '127.0.0.1', noDelay: true })
  await once(socket, 'connect')
  socket.write(frame(`35=A|34=${number}|49=${senderCompId}|52=${sendingTime()}|56=${targetCompId}|98=0|108=3600|`))
  await once(socket, 'data')
  socket.on('error', () => socket.destroy())
  socket.once('close', () => {
    throw new Error(`${senderCompId}: the feed was closed`)
  })
  socket.resume() // answers do not matter here
  const frames = framesOf(end, kind)
  return { socket, frames, number: number + 1 }
}

function framesOf({ senderCompId, targetCompId, encapsulates }: FeedEnd, kind: Body): Frames {
  if (encapsulates === undefined) return new ReportFrames(senderCompId, targetCompId, kind)
  return typeof encapsulates === 'string'
    ? new EncapsulatedFrames(senderCompId, targetCompId, encapsulates, kind)
    : new RotatingFrames(senderCompId, targetCompId, encapsulates, kind)
}

async function flatOut(feeds: Feed[], { messages }: LoadOrder): Promise<LoadReport> {
  const firstMicros = nowMicros()
  await Promise.all(
    feeds.map(async (feed) => {
      for (let left = messages / feeds.length; left > 0; left -= burst) {
        const micros = nowMicros()
        if (!send(feed, Math.min(burst, left), () => micros)) await once(feed.socket, 'drain')
      }
    }),
  )
  await Promise.all(feeds.map(flushed))
  return { firstMicros, lastMicros: nowMicros(), latestMs: 0 }
}

/**
 * Every millisecond, writes what is due by then, in rounds of one message from every feed. A message carries its due
 * time, so that a pause of the generator counts as latency.
 */
async function atRate(feeds: Feed[], { messages, perSecond }: LoadOrder): Promise<LoadReport> {
  const firstMicros = nowMicros()
  const roundMicros = (feeds.length * 1e6) / perSecond
  const rounds = messages / feeds.length
  let latestMs = 0
  for (let sent = 0; sent < rounds; ) {
    const micros = nowMicros() - firstMicros
    const due = Math.min(rounds, Math.floor(micros / roundMicros) + 1)
    if (due > sent) {
      const done = sent
      latestMs = Math.max(latestMs, (micros - done * roundMicros) / 1000)
      for (const feed of feeds) send(feed, due - done, (i) => Math.floor(firstMicros + (done + i) * roundMicros))
      sent = due
    }
    await sleep(1)
  }
  await Promise.all(feeds.map(flushed))
  return { firstMicros, lastMicros: nowMicros(), latestMs }
}

/** The system has taken everything that was written. */
const flushed = ({ socket }: Feed) => new Promise<void>((resolve) => socket.write('', () => resolve()))

function send(feed: Feed, count: number, dueMicros: (i: number) => number): boolean {
  const bytes = Buffer.allocUnsafe(feed.frames.bytes * count)
  feed.frames.stamp(Date.now())
  let at = 0
  for (let i = 0; i < count; i++) at = feed.frames.write(bytes, at, feed.number++, dueMicros(i))
  return feed.socket.write(bytes)
}
