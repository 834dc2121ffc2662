/**
 * The bare relay, with which the connector's speed is compared. It reads frames, rewrites the header for each target,
 * makes one group-committed append with fdatasync, and then writes on. It has no session rules, no recovery and no
 * look-ups, so nothing that keeps a promise after a crash.
 *
 * tsx test/bench/relay.ts JSON, with
 * {"data": "DIR", "durability": "fsync" | "os", "sources": count, "groups": [[source, …], …]}: for every target the
 * sources it copies. Prints {"event":"ready","feeds":[port, …],"targets":[port, …]}. A Logon is answered with a
 * Logon so that the same load generator and sink drive both; other session messages are dropped.
 */
import { fdatasync, mkdirSync, openSync, write } from 'node:fs'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { join } from 'node:path'

interface Options {
  data: string
  durability: 'fsync' | 'os'
  sources: number
  /** The sources of each target. */
  groups: number[][]
}

const SOH = 1
const HIGH_WATER = 16 << 20
/** Header tags that a copy does not take from its source. */
const replaced = new Set([8, 9, 34, 35, 43, 49, 50, 52, 56, 57, 97, 122, 142, 143, 369])

/** A growing buffer that is handed over whole. */
class Out {
  bytes = Buffer.allocUnsafe(1 << 16)
  used = 0

  room(bytes: number): void {
    if (this.used + bytes <= this.bytes.length) return
    const larger = Buffer.allocUnsafe(Math.max(this.bytes.length * 2, this.used + bytes))
    this.bytes.copy(larger, 0, 0, this.used)
    this.bytes = larger
  }

  take(): Buffer {
    const taken = this.bytes.subarray(0, this.used)
    this.bytes = Buffer.allocUnsafe(this.bytes.length)
    this.used = 0
    return taken
  }
}

interface Target {
  socket: Socket | undefined
  number: number
  out: Out
}

const options: Options = JSON.parse(process.argv[2] ?? '')
mkdirSync(options.data, { recursive: true })
const file = openSync(join(options.data, 'relay.log'), 'w')
const log = new Out()
const targets = options.groups.map((): Target => ({ socket: undefined, number: 1, out: new Out() }))
const feeds = new Set<Socket>()
let isWriting = false
let isScheduled = false

/** One append for everything that came since the last one; then the copies leave. */
function commit(): void {
  isScheduled = false
  if (isWriting || log.used === 0) return
  isWriting = true
  const records = log.take()
  const copies = targets.map(({ out }) => (out.used > 0 ? out.take() : undefined))
  const done = (error: Error | null, written = records.length) => {
    if (error || written < records.length) throw error ?? new Error('a short write')
    targets.forEach(({ socket }, i) => void (copies[i] && socket?.write(copies[i])))
    isWriting = false
    for (const feed of feeds) if (feed.isPaused()) feed.resume()
    commit()
  }
  write(file, records, (error, written) =>
    error || options.durability === 'os' ? done(error, written) : fdatasync(file, (failed) => done(failed, written)),
  )
}

/** Cut frames out of what a feed sends, by BodyLength. */
function read(feed: Socket, to: Target[]): void {
  let rest = Buffer.alloc(0)
  feed.on('data', (chunk: Buffer) => {
    const bytes = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk
    let at = 0
    for (let end = frameEnd(bytes, at); end > 0; end = frameEnd(bytes, at)) {
      take(feed, bytes, at, end, to)
      at = end
    }
    rest = Buffer.from(bytes.subarray(at))
    const isBehind = log.used > HIGH_WATER || to.some(({ socket }) => (socket?.writableLength ?? 0) > HIGH_WATER)
    // the log's content is committed first, then the feed goes on
    if (isBehind && log.used > 0) feed.pause()
    if (!isScheduled && !isWriting) {
      isScheduled = true
      setImmediate(commit)
    }
  })
}

/** `8=FIX.4.2|9=n|…10=nnn|`: the offset behind it, or 0 when it is not all there. */
function frameEnd(bytes: Buffer, at: number): number {
  const lengthAt = bytes.indexOf(SOH, at) + 3
  if (lengthAt < 3) return 0
  let length = 0
  let i = lengthAt
  for (; i < bytes.length && bytes[i] !== SOH; i++) length = length * 10 + bytes[i]! - 48
  const end = i + 1 + length + 7
  return i < bytes.length && end <= bytes.length ? end : 0
}

function take(feed: Socket, bytes: Buffer, from: number, end: number, to: Target[]): void {
  const typeAt = bytes.indexOf('35=', from) + 3
  const type = bytes[typeAt]!
  const isSession = bytes[typeAt + 1] === SOH && ((type >= 48 && type <= 53) || type === 65)
  if (isSession) {
    if (type === 65) answerLogon(feed)
    return
  }
  log.room(end - from)
  log.used += bytes.copy(log.bytes, log.used, from, end)
  const bodyAt = bodyStart(bytes, from)
  let sum = 0
  for (let i = bodyAt; i < end - 7; i++) sum += bytes[i]!
  const typeEnd = bytes.indexOf(SOH, typeAt)
  const head = bytes.toString('latin1', typeAt, typeEnd)
  for (const target of to) copy(target, head, bytes, bodyAt, end - 7, sum)
}

/** Offset of the first field that does not belong to the header. */
function bodyStart(bytes: Buffer, from: number): number {
  for (let at = from; ; ) {
    let tag = 0
    let i = at
    for (; bytes[i] !== 61; i++) tag = tag * 10 + bytes[i]! - 48
    if (!replaced.has(tag)) return at
    at = bytes.indexOf(SOH, i) + 1
  }
}

let second = 0
let sendingTime = ''

function now(): string {
  const ms = Date.now()
  if (ms !== second) {
    second = ms
    sendingTime = new Date(ms)
      .toISOString()
      .replace('T', '-')
      .replaceAll('-', '')
      .replace(/^(\d{8})/, '$1-')
      .slice(0, 21)
  }
  return sendingTime
}

/** The copy of one target: a new header, the source's body, the checksum from the body's sum. */
function copy(target: Target, type: string, bytes: Buffer, bodyAt: number, bodyEnd: number, bodySum: number): void {
  const header = `35=${type}\x0134=${++target.number}\x0149=RELAY\x0156=SINK\x0152=${now()}\x01`
  const head = `8=FIX.4.2\x019=${header.length + bodyEnd - bodyAt}\x01${header}`
  const { out } = target
  out.room(head.length + bodyEnd - bodyAt + 7)
  const start = out.used
  out.used += out.bytes.write(head, start, 'latin1')
  let sum = bodySum
  for (let i = start; i < out.used; i++) sum += out.bytes[i]!
  out.used += bytes.copy(out.bytes, out.used, bodyAt, bodyEnd)
  const check = sum % 256
  out.used += out.bytes.write(`10=${String(check).padStart(3, '0')}\x01`, out.used, 'latin1')
}

function answerLogon(socket: Socket): void {
  const body = `35=A\x0134=1\x0149=RELAY\x0156=PEER\x0152=${now()}\x0198=0\x01108=30\x01`
  const text = `8=FIX.4.2\x019=${body.length}\x01${body}`
  const sum = [...Buffer.from(text, 'latin1')].reduce((total, byte) => total + byte, 0) % 256
  socket.write(`${text}10=${String(sum).padStart(3, '0')}\x01`, 'latin1')
}

function listen(onSocket: (socket: Socket) => void): Promise<number> {
  const server = createServer({ noDelay: true }, (socket) => {
    socket.on('error', () => socket.destroy())
    onSocket(socket)
  })
  return new Promise(
    // it listens on TCP
    (resolve) => server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port)),
  )
}

/** A sink: everything it sends is answered or dropped, and copies go to the newest connection. */
function listenForTarget(target: Target): Promise<number> {
  return listen((socket) => {
    target.socket = socket
    socket.on('data', (chunk: Buffer) => chunk.includes('\x0135=A\x01') && answerLogon(socket))
  })
}

function listenForFeed(source: number): Promise<number> {
  const to = targets.filter((_, i) => options.groups[i]?.includes(source))
  return listen((socket) => {
    feeds.add(socket)
    socket.on('close', () => feeds.delete(socket))
    read(socket, to)
  })
}

const ports = {
  feeds: await Promise.all(Array.from({ length: options.sources }, (_, source) => listenForFeed(source))),
  targets: await Promise.all(targets.map(listenForTarget)),
}
process.stdout.write(`${JSON.stringify({ event: 'ready', ...ports })}\n`)
process.on('SIGTERM', () => process.exit(0))
