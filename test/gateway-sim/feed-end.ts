import { type AddressInfo, connect, createServer, type Server } from 'node:net'
import { blankCanonical, canonicaliseInner, canonicalisePlain, plainOrigin, unwrap } from '#dropcopy/canonical.ts'
import { type MessageClass, messageClasses } from '#dropcopy/classify.ts'
import { memoryOf } from '#fix/memory.ts'
import { Message } from '#fix/message.ts'
import { resolvePolicy } from '#fix/policy.ts'
import { FixPeer } from '#peer/fix-peer.ts'

export interface Received {
  sourceId: string
  seqNum: number
  feedSeqNum: number
  messageClass: MessageClass
  /** The canonical message. */
  text: string
}

/** The connector's end of a feed: a real session that keeps what it is given, in order. */
export class FeedEnd {
  readonly received: Received[] = []
  refused: string | undefined
  port = 0
  readonly dialect: 'encapsulated' | 'plain'
  private readonly peer: FixPeer
  private server: Server | undefined
  private readonly inner = new Message()
  private readonly canonical = blankCanonical()
  private readonly origin = plainOrigin({ compId: 'CME', subId: 'G' }, 'M3P882')

  private constructor(
    dialect: 'encapsulated' | 'plain',
    role: 'acceptor' | 'initiator',
    numbers: { nextIn: number; nextOut: number },
    theirCompId: string,
    password?: string,
    lastProcessed = true,
  ) {
    this.dialect = dialect
    this.peer = new FixPeer(
      {
        role,
        policy: { ...resolvePolicy('fix'), resendChunk: 2500 },
        identity: { layout: 'client', senderCompId: 'DROPCOPY', targetCompId: theirCompId, lastProcessed },
        heartbeatS: 30,
        ...(password === undefined ? {} : { credentials: { kind: 'password', password } }),
      },
      numbers,
      {
        accept: (message, seqNum) => this.accept(message, seqNum),
        serveResend: (id) => this.peer.finishResend(id),
        news: (news) => {
          if (news.type === 'refused') this.refused = news.text
        },
        closed: () => {},
      },
    )
  }

  /** `lastProcessed`: whether its messages carry 369. */
  static async listen(
    dialect: 'encapsulated' | 'plain',
    numbers = { nextIn: 1, nextOut: 1 },
    lastProcessed = true,
  ): Promise<FeedEnd> {
    const end = new FeedEnd(dialect, 'acceptor', numbers, 'GW1', undefined, lastProcessed)
    const server = createServer((socket) => (end.peer.attached ? socket.destroy() : end.peer.attach(socket)))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    end.server = server
    end.port = (server.address() as AddressInfo).port // a TCP server's address is never a string
    return end
  }

  static async connect(dialect: 'encapsulated' | 'plain', port: number, theirCompId: string, password: string) {
    const end = new FeedEnd(dialect, 'initiator', { nextIn: 1, nextOut: 1 }, theirCompId, password)
    const socket = connect(port, '127.0.0.1')
    await new Promise<void>((resolve) => socket.once('connect', resolve))
    end.peer.attach(socket)
    return end
  }

  /** Wait for a condition; fails by the test's own time limit. */
  async until(holds: () => boolean): Promise<void> {
    while (!holds()) await new Promise((resolve) => setTimeout(resolve, 2))
  }

  cut(): void {
    this.peer.drop()
  }

  numbersTwice(): string[] {
    const seen = new Set<string>()
    return this.received.map((one) => `${one.sourceId} ${one.seqNum}`).filter((key) => seen.size === seen.add(key).size)
  }

  async stop(): Promise<void> {
    this.server?.close()
    this.peer.drop()
  }

  private accept(message: Message, feedSeqNum: number): void {
    const { canonical } = this
    const wrong =
      this.dialect === 'plain'
        ? canonicalisePlain(message, this.origin, memoryOf(Buffer.alloc(message.bytes.length + 200)), 0, canonical)
        : (unwrap(message, this.inner) ?? canonicaliseInner(message, this.inner, canonical))
    if (wrong) throw new Error(`feed message ${feedSeqNum}: ${wrong}`)
    const bytes = canonical.bytes.subarray(canonical.start, canonical.start + canonical.length)
    const text = Buffer.from(bytes).toString('latin1')
    const sourceId = fieldText(text, 56).slice(0, -1)
    const messageClass = messageClasses[canonical.classCode] ?? 'unknown'
    this.received.push({ sourceId, seqNum: canonical.seqNum, feedSeqNum, messageClass, text })
  }
}

/** The first value of a tag, empty when it is absent. */
export function fieldText(text: string, tag: number): string {
  const start = text.indexOf(`\x01${tag}=`)
  return start < 0 ? '' : text.slice(start + `${tag}`.length + 2, text.indexOf('\x01', start + 1))
}
