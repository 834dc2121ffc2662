import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { nowMicros, sendingTime, sessionFrame } from './report-frames.ts'

/** Sent by the bench: which targets to log on to, how many copies to wait for, and how many of them to leave out of the latencies. */
export type SinkOrder = {
  targets: { port: number; senderCompId: string; targetCompId: string }[]
  copies: number
  /** Measure every copy's way from the generator's clock to here. */
  latency: boolean
  warmUp: number
}
export type SinkReport = {
  copies: number
  lastMicros: number
  latenciesMicros: { p50: number; p99: number; max: number } | null
}

/** Sent now and then, so that a run that stands still says where. */
export type SinkProgress = { received: number }

const progressMs = 1000
const SOH = 1
let expected = 0
let received = 0
let lastMicros = 0
let measures = false
let warmUp = 0
let latencies = new Float64Array(0)
let measured = 0

process.on('message', async (order: SinkOrder) => {
  expected = order.copies
  measures = order.latency
  warmUp = order.warmUp
  latencies = new Float64Array(order.latency ? order.copies : 0)
  for (const target of order.targets) await logOn(target)
  process.send?.({ event: 'ready' })
  setInterval(() => process.send?.({ received }), progressMs)
})

async function logOn({ port, senderCompId, targetCompId }: SinkOrder['targets'][number]): Promise<void> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true })
  await once(socket, 'connect')
  socket.write(sessionFrame(`35=A|34=1|49=${senderCompId}|52=${sendingTime()}|56=${targetCompId}|98=0|108=0|`))
  const first: Buffer = (await once(socket, 'data'))[0]
  if (!first.includes('\x0135=A\x01')) throw new Error(`not logged on: ${first.toString('latin1')}`)
  socket.once('close', () => {
    throw new Error(`${senderCompId}: the target was closed after ${received} of ${expected} copies`)
  })
  read(socket)
}

/** Frames by BodyLength, across chunks. */
function read(socket: Socket): void {
  let rest: Buffer = Buffer.alloc(0)
  socket.on('data', (chunk: Buffer) => {
    const bytes = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk
    const micros = nowMicros()
    let at = 0
    for (let end = frameEnd(bytes, at); end > 0; end = frameEnd(bytes, at)) {
      take(bytes, at, end, micros)
      at = end
    }
    rest = bytes.subarray(at)
    if (received >= expected) finish()
  })
}

function frameEnd(bytes: Buffer, at: number): number {
  const lengthAt = at + 12 // 8=FIX.4.2|9=
  let length = 0
  let i = lengthAt
  for (; i < bytes.length && bytes[i] !== SOH; i++) length = length * 10 + (bytes[i] ?? 0) - 48
  const end = i + 1 + length + 7
  return i < bytes.length && end <= bytes.length ? end : 0
}

function take(bytes: Buffer, at: number, end: number, micros: number): void {
  const typeAt = bytes.indexOf(SOH, at + 12) + 4 // behind 9=…|35=
  if (bytes[typeAt] !== 56) return // an execution report is 8
  received++
  lastMicros = micros
  if (!measures || received <= warmUp) return
  const stampAt = bytes.indexOf('\x015979=', at, 'latin1') + 6
  if (stampAt < 6 || stampAt > end) throw new Error('a copy without its time')
  latencies[measured++] = micros - Number(bytes.toString('latin1', stampAt, stampAt + 16))
}

function finish(): void {
  const sorted = latencies.subarray(0, measured).sort()
  const at = (part: number) => sorted[Math.min(measured - 1, Math.floor(measured * part))] ?? 0
  const report: SinkReport = {
    copies: received,
    lastMicros,
    latenciesMicros: measures ? { p50: at(0.5), p99: at(0.99), max: at(1) } : null,
  }
  process.send?.(report, () => process.exit(0))
}
