import { connect, createServer, type Server, type Socket } from 'node:net'
import { patienceMs } from './patience.ts'

/** A FIX peer written without our own library, so that the library is not tested by itself. */
export type Fields = readonly (readonly [tag: number, value: string | number])[]

/** One received message: its text with SOH as `|`, and its fields in order. */
export type Received = { text: string; fields: [number, string][]; type: string; seqNum: number }

const soh = '\x01'

/** A frame with true 9 and 10 from its fields, 35 first. */
export function frame(fields: Fields): Buffer {
  const body = fields.map(([tag, value]) => `${tag}=${value}${soh}`).join('')
  const head = `8=FIX.4.2${soh}9=${Buffer.byteLength(body, 'latin1')}${soh}${body}`
  const bytes = Buffer.from(head, 'latin1')
  const sum = bytes.reduce((total, byte) => total + byte, 0) & 255
  return Buffer.concat([bytes, Buffer.from(`10=${String(sum).padStart(3, '0')}${soh}`)])
}

export const utc = (ms = Date.now()): string =>
  new Date(ms).toISOString().replace(/-/g, '').replace('T', '-').replace('Z', '')

/** Cuts received bytes into messages by BodyLength. */
export class Inbox {
  private bytes: Buffer = Buffer.alloc(0)

  push(chunk: Buffer): Received[] {
    const bytes = this.bytes.length === 0 ? chunk : Buffer.concat([this.bytes, chunk])
    const out: Received[] = []
    let at = 0
    for (;;) {
      const head = /^8=FIX\.4\.2\|9=(\d+)\|/.exec(bytes.toString('latin1', at, at + 40).replaceAll(soh, '|'))
      const total = head ? head[0].length + Number(head[1]) + 7 : Number.POSITIVE_INFINITY
      if (at + total > bytes.length) break
      out.push(parse(bytes.toString('latin1', at, at + total)))
      at += total
    }
    this.bytes = Buffer.from(bytes.subarray(at))
    return out
  }
}

export function parse(text: string): Received {
  const fields = text
    .split(soh)
    .slice(0, -1)
    .map((field): [number, string] => {
      const at = field.indexOf('=')
      return [Number(field.slice(0, at)), field.slice(at + 1)]
    })
  const value = (tag: number) => fields.find(([t]) => t === tag)?.[1]
  return { text: text.replaceAll(soh, '|'), fields, type: value(35) ?? '', seqNum: Number(value(34)) }
}

export const fieldOf = (message: Received, tag: number): string | undefined =>
  message.fields.find(([t]) => t === tag)?.[1]

/** What a peer remembers from connection to connection: its next number, and the messages it sent before. */
export type Memory = { seqNum: number; sent: Map<number, { type: string; body: Fields; time: string }> }

type Options = {
  sender: string
  target: string
  /** 50, 57, 142 of what is sent. */
  subId?: string
  targetSubId?: string
  locationId?: string
  /** Numbers and messages of earlier connections of this peer. */
  memory?: Memory
  /** Answer Test Requests and Resend Requests automatically; default true. */
  automatic?: boolean
}

export class FixPeer {
  readonly received: Received[] = []
  isClosed = false
  private readonly inbox = new Inbox()
  private readonly waiting = new Set<() => void>()
  private readonly memory: Memory

  constructor(
    readonly socket: Socket,
    readonly options: Options,
  ) {
    this.memory = options.memory ?? { seqNum: 1, sent: new Map() }
    socket.on('data', (chunk) => {
      for (const message of this.inbox.push(chunk)) this.take(message)
      this.changed()
    })
    socket.on('error', () => undefined)
    socket.on('close', () => {
      this.isClosed = true
      this.changed()
    })
  }

  get seqNum(): number {
    return this.memory.seqNum
  }

  set seqNum(next: number) {
    this.memory.seqNum = next
  }

  static async connect(port: number, options: Options, host = '127.0.0.1'): Promise<FixPeer> {
    const socket = connect(port, host)
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve)
      socket.once('error', reject)
    })
    return new FixPeer(socket, options)
  }

  /** Sends under the next number. */
  send(type: string, body: Fields = []): number {
    const seqNum = this.seqNum++
    const time = utc()
    this.memory.sent.set(seqNum, { type, body, time })
    this.write(frame(this.fields(type, seqNum, time, body)))
    return seqNum
  }

  /** Sends with a header that the caller makes: `seqNum` is used as given and not counted. */
  sendAs(seqNum: number, type: string, body: Fields = [], header: Fields = []): void {
    this.write(frame([...this.fields(type, seqNum, utc(), []), ...header, ...body]))
  }

  write(bytes: Uint8Array): void {
    if (!this.socket.destroyed) this.socket.write(bytes)
  }

  logon(body: Fields = [], heartbeatS = 30): number {
    return this.send('A', [[98, 0], [108, heartbeatS], ...body])
  }

  of(type: string): Received[] {
    return this.received.filter((message) => message.type === type)
  }

  async until<T>(what: string, found: () => T | undefined | false): Promise<T> {
    const deadline = Date.now() + patienceMs
    for (;;) {
      const value = found()
      if (value !== undefined && value !== false) return value
      const left = deadline - Date.now()
      if (left <= 0)
        throw new Error(
          `${what} never came; received:\n${this.received
            .slice(-12)
            .map((m) => m.text)
            .join('\n')}`,
        )
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, Math.min(left, 200))
        const wake = () => {
          clearTimeout(timer)
          this.waiting.delete(wake)
          resolve()
        }
        this.waiting.add(wake)
      })
    }
  }

  message(type: string, count = 1): Promise<Received> {
    return this.until(`35=${type}`, () => this.of(type)[count - 1])
  }

  closed(): Promise<true> {
    return this.until('the close', () => this.isClosed)
  }

  destroy(): void {
    this.socket.destroy()
  }

  private fields(type: string, seqNum: number, time: string, body: Fields): Fields {
    const { sender, target, subId, targetSubId, locationId } = this.options
    return [
      [35, type],
      [34, seqNum],
      [49, sender],
      ...(subId ? [[50, subId] as const] : []),
      [52, time],
      [56, target],
      ...(targetSubId ? [[57, targetSubId] as const] : []),
      ...(locationId ? [[142, locationId] as const] : []),
      ...body,
    ]
  }

  protected take(message: Received): void {
    this.received.push(message)
    if (this.options.automatic === false) return
    if (message.type === '1') this.send('0', [[112, fieldOf(message, 112) ?? '']])
    if (message.type === '2') this.resend(Number(fieldOf(message, 7)), Number(fieldOf(message, 16)))
  }

  /** Application messages with 43 and 122, everything else as one gap fill a run. */
  resend(begin: number, end: number): void {
    const last = end === 0 ? this.seqNum - 1 : Math.min(end, this.seqNum - 1)
    let gapFrom = 0
    const closeGap = (next: number) => {
      if (gapFrom > 0)
        this.sendAs(
          gapFrom,
          '4',
          [
            [36, next],
            [123, 'Y'],
          ],
          [
            [43, 'Y'],
            [122, utc()],
          ],
        )
      gapFrom = 0
    }
    for (let n = begin; n <= last; n++) {
      const kept = this.memory.sent.get(n)
      if (!kept || '012345A'.includes(kept.type)) gapFrom ||= n
      else {
        closeGap(n)
        this.sendAs(n, kept.type, kept.body, [
          [43, 'Y'],
          [122, kept.time],
        ])
      }
    }
    closeGap(last + 1)
  }

  private changed(): void {
    for (const wake of [...this.waiting]) wake()
  }
}

/** Peers that connect to us. */
export async function listen(
  options: Options,
): Promise<{ port: number; server: Server; peers: FixPeer[]; peer(n?: number): Promise<FixPeer> }> {
  const peers: FixPeer[] = []
  const server = createServer((socket) => peers.push(new FixPeer(socket, options)))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new Error('no port')
  const peer = async (n = 1): Promise<FixPeer> => {
    for (const deadline = Date.now() + patienceMs; Date.now() < deadline; ) {
      const found = peers[n - 1]
      if (found) return found
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
    throw new Error(`connection ${n} never came`)
  }
  return { port: address.port, server, peers, peer }
}
