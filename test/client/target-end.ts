import { type AddressInfo, createServer, type Server } from 'node:net'
import { ackBody, answerRange, readRequest } from '#dropcopy/application-resend.ts'
import { blankCanonical, canonicaliseInner } from '#dropcopy/canonical.ts'
import { classicCopyGrowth, classicSource, classicTarget, writeClassicCopy } from '#dropcopy/classic-copy.ts'
import { constant } from '#dropcopy/constant.ts'
import { blankSourceMessage, readSource } from '#dropcopy/source-message.ts'
import { memoryOf } from '#fix/memory.ts'
import { decode, Message } from '#fix/message.ts'
import { resolvePolicy } from '#fix/policy.ts'
import { ResendPlan } from '#fix/resend.ts'
import { reserve } from '#fix/session.ts'
import { formatUtc } from '#fix/time.ts'
import { FixPeer, steadyNowMs } from '#peer/fix-peer.ts'
import { framed, newOrder } from '#test/dropcopy/vectors.ts'

interface Sent {
  source: Buffer
  previous: number
  sentMs: number
}

/**
 * The service's end of a classic target: a real session that numbers copies, also
 * while the client is away, and resends them.
 */
export class TargetEnd {
  port = 0
  /** Copies from now on are numbered and never written, until the connection is another one. */
  swallow = false
  /** Numbers below this are gap-filled when asked for: no longer stored. */
  oldest = 1
  resendRequests: [begin: number, end: number][] = []
  /** What was asked for by application: refused, nothing is kept for it. */
  applicationRequests: [begin: number, end: number][] = []
  readonly peer: FixPeer
  private readonly server: Server
  private readonly sent = new Map<number, Sent>()
  private readonly target = classicTarget({ compId: 'CME', subId: 'G' }, 'ODQ1Z9')
  private last = 0

  private constructor(password: string, numbers: { nextIn: number; nextOut: number }) {
    this.peer = new FixPeer(
      {
        role: 'acceptor',
        policy: resolvePolicy('cme'),
        identity: { layout: 'classic-server', senderCompId: 'CME', targetCompId: 'ODQ1Z9N', senderSubId: 'G' },
        heartbeatS: 30,
      },
      numbers,
      {
        accept: (message) => this.refuse(message),
        verify: (given) =>
          given.kind === 'password' && given.password === password ? undefined : 'Invalid logon. Logout forced.',
        serveResend: (id, begin, end) => this.resend(id, begin, end),
        closed: () => {
          this.swallow = false
        },
      },
    )
    this.server = createServer((socket) => (this.peer.attached ? socket.destroy() : this.peer.attach(socket)))
  }

  static async listen(password = 'secret', numbers = { nextIn: 1, nextOut: 1 }): Promise<TargetEnd> {
    const end = new TargetEnd(password, numbers)
    await new Promise<void>((resolve) => end.server.listen(0, '127.0.0.1', resolve))
    end.port = (end.server.address() as AddressInfo).port // a TCP server's address is never a string
    return end
  }

  /** Copy source number `n`, naming `previous` as the one before; default the last one copied. */
  /** `operator`: the source's 57. */
  copy(n: number, previous = this.last, operator = 'TRDR22'): void {
    const source = framed(
      `35=8|34=${n}|369=1|52=20240304-13:00:01.101|49=CME|50=G|56=K7T882N|57=${operator}|${newOrder}`,
    )
    const nowMs = steadyNowMs()
    const seqNum = reserve(this.peer.session, 1, nowMs)
    this.sent.set(seqNum, { source, previous, sentMs: nowMs })
    this.last = n
    if (this.peer.live && !this.swallow) this.peer.write(this.frame(seqNum, undefined))
  }

  async stop(): Promise<void> {
    this.server.close()
    this.peer.drop()
  }

  private refuse(message: Message): void {
    const read = readRequest(message)
    if (!read.ok) throw new Error(read.violation.text)
    const { request } = read
    for (const { begin, end } of request.ranges) this.applicationRequests.push([begin, end])
    const entries = request.ranges.map((range) => answerRange(range, { kind: 'member', last: 0, oldest: 1 }))
    queueMicrotask(() => this.peer.send('BX', ackBody(request, entries, 'none')))
  }

  private resend(id: number, begin: number, end: number): void {
    this.resendRequests.push([begin, end])
    const plan = new ResendPlan(begin, end)
    const nowMs = steadyNowMs()
    for (let n = Math.max(begin, this.oldest); n <= end; n++) {
      for (const item of plan.push(n, this.sent.has(n) ? 'application' : 'administrative')) {
        if (item.type === 'gap-fill') this.peer.gapFill(item.seqNum, item.newSeqNo)
        else this.peer.write(this.frame(n, nowMs))
      }
    }
    for (const item of plan.finish()) if (item.type === 'gap-fill') this.peer.gapFill(item.seqNum, item.newSeqNo)
    this.peer.finishResend(id)
  }

  private frame(seqNum: number, againMs: number | undefined): Buffer {
    const { source, previous, sentMs } = this.sent.get(seqNum)!
    const inner = new Message()
    decode(source, inner)
    const canonical = blankCanonical()
    canonicaliseInner(inner, inner, canonical)
    const { bodyAt, copyFlagAt, length } = canonical
    const message = readSource(memoryOf(source), 0, length, bodyAt, copyFlagAt, blankSourceMessage())
    const first = constant(formatUtc(sentMs))
    const terms: Parameters<typeof writeClassicCopy>[5] = {
      targetSeqNum: seqNum,
      previous,
      applResend: false,
      sendingTime: againMs === undefined ? first : constant(formatUtc(againMs)),
      origSendingTime: againMs === undefined ? undefined : first,
    }
    const out = Buffer.alloc(length + classicCopyGrowth)
    return out.subarray(
      0,
      writeClassicCopy(memoryOf(out).view, 0, this.target, classicSource('K7T882'), message, terms),
    )
  }
}
