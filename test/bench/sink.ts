import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { nowMicros, sendingTime, sessionFrame } from './report-frames.ts'

/** Sent by the bench: which targets to log on to, and how many copies to wait for. */
export type SinkOrder = {
  /** `number`: 34 of the Logon, 1 unless the target has a history. */
  targets: { port: number; senderCompId: string; targetCompId: string; number?: number }[]
  copies: number
  /** Measure every copy's way from when it was due to leave the generator to here, but for the first `warmUp`. */
  latency: boolean
  warmUp: number
  /** Ask for everything ever sent once so many copies have come, and wait for `copies` that are sent again. One target. */
  resendAfter?: number
}
export type SinkReport = {
  copies: number
  lastMicros: number
  latenciesMicros: Latencies
  /** When the resend was asked for, and live copies' latencies from then on. */
  askedMicros: number
  meanwhileMicros: Latencies
}
export type Latencies = { count: number; p50: number; p99: number; max: number }

/** Sent now and then, so that a run that stands still says where. */
export type SinkProgress = { received: number }

const progressMs = 1000
const SOH = 1
const possDup = Buffer.from('\x0143=Y\x01')
const requestTime = Buffer.from('\x015979=')

class Stopwatch {
  private values: number[] = []

  add(micros: number): void {
    this.values.push(micros)
  }

  get summary(): Latencies {
    const sorted = Float64Array.from(this.values).sort()
    const at = (part: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0
    return { count: sorted.length, p50: at(0.5), p99: at(0.99), max: at(1) }
  }
}

let order: SinkOrder = { targets: [], copies: 0, latency: false, warmUp: 0 }
let live = 0
let resent = 0
let lastMicros = 0
let askedMicros = 0
const before = new Stopwatch()
const meanwhile = new Stopwatch()

process.on('message', async (given: SinkOrder) => {
  order = given
  for (const target of order.targets) await logOn(target)
  process.send?.({ event: 'ready' })
  setInterval(() => process.send?.({ received: live + resent }), progressMs)
})

async function logOn({ port, senderCompId, targetCompId, number = 1 }: SinkOrder['targets'][number]): Promise<void> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true })
  await once(socket, 'connect')
  const says = (type: string, seqNum: number, body: string) =>
    socket.write(
      sessionFrame(`35=${type}|34=${seqNum}|49=${senderCompId}|52=${sendingTime()}|56=${targetCompId}|${body}`),
    )
  says('A', number, '98=0|108=60|')
  const first: Buffer = (await once(socket, 'data'))[0]
  if (!first.includes('\x0135=A\x01')) throw new Error(`not logged on: ${first.toString('latin1')}`)
  socket.once('close', () => {
    throw new Error(`${senderCompId}: the target was closed after ${live} live copies and ${resent} sent again`)
  })
  read(socket, () => says('2', number + 1, '7=1|16=0|'))
}

/** Frames by BodyLength, across chunks. */
function read(socket: Socket, askForAll: () => void): void {
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
    if (order.resendAfter !== undefined && askedMicros === 0 && live >= order.resendAfter) {
      askedMicros = nowMicros()
      askForAll()
    }
    if ((order.resendAfter === undefined ? live : resent) >= order.copies) finish()
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
  lastMicros = micros
  if (order.resendAfter !== undefined && isAgain(bytes, typeAt)) {
    resent++
    return
  }
  live++
  if (!order.latency || live <= order.warmUp) return
  const stampAt = bytes.indexOf(requestTime, at) + requestTime.length
  if (stampAt < requestTime.length || stampAt > end) throw new Error('a copy without its time')
  const took = micros - Number(bytes.toString('latin1', stampAt, stampAt + 16))
  ;(askedMicros > 0 ? meanwhile : before).add(took)
}

/** 43=Y stands right behind 34. */
function isAgain(bytes: Buffer, typeAt: number): boolean {
  const at = bytes.indexOf(SOH, typeAt + 5)
  return bytes.compare(possDup, 0, possDup.length, at, at + possDup.length) === 0
}

function finish(): void {
  const report: SinkReport = {
    copies: order.resendAfter === undefined ? live : resent,
    lastMicros,
    latenciesMicros: before.summary,
    askedMicros,
    meanwhileMicros: meanwhile.summary,
  }
  process.send?.(report, () => process.exit(0))
}
