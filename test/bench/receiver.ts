import type { Readable } from 'node:stream'
import { nowMicros } from './report-frames.ts'
import type { Say, SinkOrder, SinkReport } from './sink.ts'

export type Latencies = { count: number; p50: number; p99: number; max: number }

const SOH = 1
/** MsgType(35) of copies: 8 and n. */
const execution = 56
const encapsulated = 110
const possDup = Buffer.from('\x0143=Y\x01')
const applResend = Buffer.from('\x011352=Y\x01')
const dueTime = Buffer.from('\x015979=')
/** What one Application Message Request asks for: so many ranges, each of as many numbers as are granted at once. */
const numbersPerRange = 2501
const rangesPerRequest = 100
/** 34 of the first copy, and its source number: the Logon has the first 34. */
const firstNumber = 2

/** One request for everything so far. */
type Request = {
  by: 'fix' | 'application'
  say: Say
  expected: number
  received: number
  askedMicros: number
  latencies: Stopwatch
  /** By application: the source numbers not asked for yet, and the ranges whose end was not reported yet. */
  next: number
  last: number
  open: number
}

/** Reads copies, tells live ones from those sent again, and keeps none. */
export class Receiver {
  private live = 0
  private firstMicros = 0
  private lastMicros = 0
  private readonly latencies = new Stopwatch()
  private request: Request | undefined
  private readonly wishes: Request['by'][]
  private readonly again: SinkReport['again'] = []

  constructor(
    private readonly order: SinkOrder,
    private readonly finish: (report: SinkReport) => void,
  ) {
    this.wishes = [...(order.again?.by ?? [])]
  }

  get received(): number {
    return this.again.reduce((sum, { copies }) => sum + copies, this.live + (this.request?.received ?? 0))
  }

  /** Frames by BodyLength, across chunks. `first`: what was read of the frame before. */
  read(socket: Readable, say: Say, first?: Buffer): void {
    let rest: Buffer = Buffer.alloc(0)
    const read = (chunk: Buffer) => {
      const bytes = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk
      const micros = nowMicros()
      let at = 0
      for (let end = frameEnd(bytes, at); end > 0; end = frameEnd(bytes, at)) {
        this.take(bytes, at, end, micros, say)
        at = end
      }
      rest = bytes.subarray(at)
      if (this.live >= this.order.copies && !this.request && this.wishes.length === 0) this.end()
    }
    if (first) read(first)
    socket.on('data', read)
  }

  private take(bytes: Buffer, at: number, end: number, micros: number, say: Say): void {
    const typeAt = bytes.indexOf(SOH, at + 12) + 4 // behind 9=…|35=
    const isCopy = bytes[typeAt + 1] === SOH && (bytes[typeAt] === execution || bytes[typeAt] === encapsulated)
    if (!isCopy) this.takeAnswer(bytes, at, end, typeAt)
    else if (this.request && isAgain(this.request, bytes, at, end, typeAt)) this.takeAgain(this.request, micros)
    else this.takeLive(bytes, at, end, micros, say)
  }

  private takeLive(bytes: Buffer, at: number, end: number, micros: number, say: Say): void {
    if (this.live === 0) this.firstMicros = micros
    this.live++
    this.lastMicros = micros
    const { latency, warmUp, again } = this.order
    if (latency && this.live > warmUp) {
      const dueMicros = fieldOf(bytes, at, end, dueTime)
      ;(this.request?.latencies ?? this.latencies).add(micros - dueMicros)
    }
    if (again && this.live >= again.after && !this.request) this.ask(bytes, at, end, say)
  }

  private ask(bytes: Buffer, at: number, end: number, say: Say): void {
    const by = this.wishes.shift()
    if (!by) return
    this.request = {
      by,
      say,
      expected: (this.order.again?.history ?? 0) + this.live,
      received: 0,
      askedMicros: nowMicros(),
      latencies: new Stopwatch(),
      next: firstNumber,
      last: by === 'application' ? fieldOf(bytes, at, end, Buffer.from('\x011181=')) : 0,
      open: 0,
    }
    if (by === 'application') askForRanges(this.request)
    else say('2', `7=${firstNumber}|16=${fieldOf(bytes, at, end, Buffer.from('\x0134='))}|`)
  }

  private takeAgain(request: Request, micros: number): void {
    if (++request.received < request.expected) return
    const { by, received, askedMicros, latencies } = request
    this.again.push({ by, copies: received, seconds: (micros - askedMicros) / 1e6, latencies: latencies.summary })
    this.request = undefined
  }

  /** Messages that are not copies: the end of a range, or a refusal, which fails the run. */
  private takeAnswer(bytes: Buffer, at: number, end: number, typeAt: number): void {
    const type = bytes.toString('latin1', typeAt, bytes.indexOf(SOH, typeAt))
    const isRefusal =
      type === '3' || type === 'j' || (type === 'BX' && !bytes.subarray(at, end).includes('\x011348=0\x01'))
    if (isRefusal) throw new Error(`refused: ${bytes.toString('latin1', at, end).replaceAll('\x01', '|')}`)
    const { request } = this
    if (type === 'BY' && request && --request.open === 0) askForRanges(request)
  }

  private end(): void {
    const { live: copies, firstMicros, lastMicros, latencies, again } = this
    this.finish({ copies, firstMicros, lastMicros, latencies: latencies.summary, again })
  }
}

class Stopwatch {
  private readonly values: number[] = []

  add(micros: number): void {
    this.values.push(micros)
  }

  get summary(): Latencies {
    const sorted = Float64Array.from(this.values).sort()
    const at = (part: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0
    return { count: sorted.length, p50: at(0.5), p99: at(0.99), max: at(1) }
  }
}

function frameEnd(bytes: Buffer, at: number): number {
  const lengthAt = at + 12 // 8=FIX.4.2|9=
  let length = 0
  let i = lengthAt
  for (; i < bytes.length && bytes[i] !== SOH; i++) length = length * 10 + (bytes[i] ?? 0) - 48
  const end = i + 1 + length + 7
  return i < bytes.length && end <= bytes.length ? end : 0
}

/** 43=Y comes right behind 34; 1352=Y is somewhere in front of the body. */
function isAgain({ by }: Request, bytes: Buffer, at: number, end: number, typeAt: number): boolean {
  if (by === 'application') return bytes.subarray(at, end).includes(applResend)
  const from = bytes.indexOf(SOH, typeAt + 5)
  return bytes.compare(possDup, 0, possDup.length, from, from + possDup.length) === 0
}

function fieldOf(bytes: Buffer, at: number, end: number, tag: Buffer): number {
  const from = bytes.indexOf(tag, at) + tag.length
  if (from < at + tag.length || from > end) throw new Error(`a copy without ${tag.toString().slice(1)}`)
  return Number(bytes.toString('latin1', from, bytes.indexOf(SOH, from)))
}

function askForRanges(request: Request): void {
  const id = request.next
  const ranges: string[] = []
  for (; request.next <= request.last && ranges.length < rangesPerRequest; request.next += numbersPerRange) {
    const to = Math.min(request.last, request.next + numbersPerRange - 1)
    ranges.push(`1355=S00|1182=${request.next}|1183=${to}|`)
  }
  if (ranges.length === 0) throw new Error(`${request.received} of ${request.expected} copies were sent again`)
  request.open = ranges.length
  request.say('BW', `1346=${id}|1347=0|1351=${ranges.length}|${ranges.join('')}`)
}
