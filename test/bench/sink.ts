import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { type Latencies, Receiver } from './receiver.ts'
import { frame, sendingTime } from './report-frames.ts'

/** Sends a message of this type and body. */
export type Say = (type: string, body: string) => void

/** The bench's order: which targets to log on to, and how many copies to wait for over all of them. */
export type SinkOrder = {
  /** `number`: 34 of the Logon, 1 unless the target has a history. */
  targets: TargetEnd[]
  /** Live copies. */
  copies: number
  /** Measure every copy's time from its due time at the generator to here, except for the first `warmUp`. */
  latency: boolean
  warmUp: number
  /**
   * Once so many live copies have come, ask for everything to be sent again: by FIX Resend Request,
   * by Application Message Requests, or one after the other. `history`: copies delivered before
   * this connection. One target, of source S00.
   */
  again?: { after: number; by: ('fix' | 'application')[]; history: number }
  /** Stop reading for so long once so many copies have come. One target. */
  pause?: { after: number; ms: number }
  /** Send a Heartbeat at this interval, as in 108; absent: none is expected for an hour. */
  heartbeatS?: number
  /** Take so many feeds' connections directly, on ports of the sink's own: generator to sink, and nothing between. */
  listens?: number
}
export type TargetEnd = { port: number; senderCompId: string; targetCompId: string; number?: number }

export type SinkReport = {
  copies: number
  /** When the first live copy came, and the last. */
  firstMicros: number
  lastMicros: number
  /** Latencies of live copies while no request was under way. */
  latencies: Latencies
  /** How each request went: up to the last copy sent again, with the live copies meanwhile. */
  again: { by: 'fix' | 'application'; copies: number; seconds: number; latencies: Latencies }[]
}

/** `ports`: where the sink listens. */
export type SinkReady = { ports: number[] }

/** Sent now and then, so that a stuck run says where it is stuck. */
export type SinkProgress = { received: number }

const progressMs = 500

/** The receiving end: a process of its own, so that its work does not count as the product's. */
process.on('message', async (order: SinkOrder) => {
  const receiver = new Receiver(order, (report) => process.send?.(report, () => process.exit(0)))
  await Promise.all(order.targets.map((target) => logOn(target, order, receiver)))
  const ports = await Promise.all(Array.from({ length: order.listens ?? 0 }, () => listen(receiver)))
  process.send?.({ ports } satisfies SinkReady)
  setInterval(() => process.send?.({ received: receiver.received } satisfies SinkProgress), progressMs)
})
process.once('disconnect', () => process.exit())

async function logOn(target: TargetEnd, order: SinkOrder, receiver: Receiver): Promise<void> {
  const { port, senderCompId, targetCompId } = target
  let { number = 1 } = target
  const socket = connect({ port, host: '127.0.0.1', noDelay: true })
  await once(socket, 'connect')
  const say: Say = (type, body) =>
    void socket.write(
      frame(`35=${type}|34=${number++}|49=${senderCompId}|52=${sendingTime()}|56=${targetCompId}|${body}`),
    )
  const { heartbeatS } = order
  say('A', `98=0|108=${heartbeatS ?? 3600}|`)
  const first: Buffer = (await once(socket, 'data'))[0]
  if (!first.includes('\x0135=A\x01')) throw new Error(`not logged on: ${first.toString('latin1')}`)
  socket.once('close', () => {
    throw new Error(`${senderCompId}: the target was closed after ${receiver.received} copies`)
  })
  if (heartbeatS) setInterval(() => say('0', ''), heartbeatS * 1000)
  receiver.read(socket, say, first)
  if (order.pause) pauseOnce(socket, order.pause, receiver)
}

function pauseOnce(socket: Socket, { after, ms }: { after: number; ms: number }, receiver: Receiver): void {
  const check = () => {
    if (receiver.received < after) return
    socket.off('data', check)
    socket.pause()
    setTimeout(() => socket.resume(), ms)
  }
  socket.on('data', check)
}

/** A feed's end: its Logon is answered, its messages are counted like copies. */
async function listen(receiver: Receiver): Promise<number> {
  const server = createServer({ noDelay: true }, (socket) => {
    socket.once('data', () => {
      socket.write(frame(`35=A|34=1|49=SINK|52=${sendingTime()}|56=PEER|98=0|108=3600|`))
      receiver.read(socket, () => undefined)
    })
    socket.on('error', () => socket.destroy())
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return (server.address() as AddressInfo).port // it listens on TCP
}
