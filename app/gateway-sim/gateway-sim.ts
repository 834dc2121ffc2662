import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { resolvePolicy } from '#fix/policy.ts'
import { ResendPlan } from '#fix/resend.ts'
import { isLive } from '#fix/session.ts'
import type { LogonCredentials, SessionConfig } from '#fix/session-state.ts'
import { MsgType, Tag } from '#fix/tags.ts'
import { FixPeer, steadyNowMs } from '#peer/fix-peer.ts'
import type { NumberTally } from '#peer/number-tally.ts'
import { openSocket, type PeerAddress } from '#peer/open-socket.ts'
import { Acknowledged, type AcknowledgedHost } from './acknowledged.ts'
import { sentAgain } from './frames.ts'
import type { GatewaySimOptions, Rate, SentReport, SimEvent } from './options.ts'
import { Outlet } from './outlet.ts'
import { Producer } from './producer.ts'

/** Bytes that may wait in the socket before production or a resend pauses. */
const socketLimit = 256 * 1024
const reconnectMs = { least: 100, most: 5_000 }

/** Start a gateway: it connects or listens, and produces from its first logon on, also while the connection is away. */
export async function startGatewaySim(options: GatewaySimOptions): Promise<GatewaySim> {
  const sim = new GatewaySim(options)
  await sim.open()
  return sim
}

/** A running simulated gateway. Its methods may be called at any time until `stop`. */
export class GatewaySim {
  readonly name: string
  /** The port listened on, or connected to. */
  port: number
  /** Resolves when `count` messages, or all that can be read of the log, were sent once. */
  readonly done: Promise<void>
  private readonly options: GatewaySimOptions
  private readonly peer: FixPeer
  private readonly outlet: Outlet
  private readonly producer: Producer
  private readonly acknowledged: Acknowledged
  /** Messages that the peer had not taken when the numbers were reset; and those that it had not taken at `stop`. */
  private lost = 0
  private leftAtStop: number | undefined
  private server: Server | undefined
  private stopping = false
  private stopped: Promise<SentReport> | undefined
  /** Counts connections and resets: a resend that began under another count is over. */
  private generation = 0
  private failures = 0
  private resent = 0
  private reported = ''
  private readonly reporter: NodeJS.Timeout

  constructor(options: GatewaySimOptions) {
    this.options = options
    this.name = options.name ?? options.ourCompId
    this.port = options.port
    const config = sessionConfig(options)
    this.outlet = new Outlet(options, () => this.peer)
    this.peer = new FixPeer(config, this.outlet.numbers, {
      seen: (message) => this.acknowledged.heard(message),
      accept: () => {}, // a gateway takes no application messages
      loggedOn: () => this.loggedOn(),
      serveResend: (id, begin, end) => void this.serveResend(id, begin, end),
      verify: (credentials) => this.verify(credentials),
      news: (news) => {
        if (news.type === 'reset') this.numbersReset()
        else if (news.type === 'note' && news.code !== 'gap') this.note(`${news.code}: ${news.text}`)
        else if (news.type === 'refused') this.note(`logon refused: ${news.text}`)
      },
      closed: (reason) => this.closed(reason),
    })
    this.producer = new Producer(options, this.outlet, {
      mayProduce: () => this.mayProduce(),
      live: () => this.peer.live,
      drained: (call) => this.peer.whenDrained(call),
      done: () => this.emit({ event: 'done', feed: this.name, total: this.outlet.counts.total }),
      note: (text) => this.note(text),
    })
    this.done = this.producer.done
    this.acknowledged = new Acknowledged(this.asHost())
    this.reporter = setInterval(() => this.report(), 1000)
  }

  async open(): Promise<void> {
    if (this.options.mode === 'connect') this.connect()
    else await this.listen()
  }

  get live(): boolean {
    return this.peer.live
  }

  /** Resolves at the next logon, at once when logged on. */
  async whenConnected(): Promise<void> {
    while (!this.peer.live && !this.stopping) await sleep(5)
  }

  sent(): SentReport {
    return { total: this.outlet.counts.total, resent: this.resent, sources: this.outlet.counts.perSource() }
  }

  /** Whether all that was wanted was sent once. */
  get isSent(): boolean {
    return this.producer.isFinished
  }

  /** Source messages sent that the peer has not acknowledged yet. Now and then it acknowledges without being asked. */
  get unacknowledged(): number {
    return this.leftAtStop ?? this.lost + this.outlet.countAbove(this.acknowledged.upTo)
  }

  /**
   * Resolves when everything was sent and the peer, which is asked, has acknowledged it; also at `stop`, or when for
   * `patienceMs` the peer was away or took nothing more: then `unacknowledged` and `isSent` say what is left.
   */
  async whenAcknowledged(patienceMs: number): Promise<void> {
    if (await this.acknowledged.wait(patienceMs, () => this.stopping))
      this.emit({ event: 'acknowledged', feed: this.name, total: this.outlet.counts.total })
  }

  /** Whether the log was read as far as it was wanted, and this run or an earlier one sent messages of it. */
  get isPlayed(): boolean {
    const { sent, passedOver, failed } = this.producer.replayed
    return !failed && (sent > 0 || (passedOver > 0 && this.outlet.counts.total > 0))
  }

  /** The class of each source number sent, as its index in `messageClasses` + 1; 0 for a number never sent. */
  classesOf(sourceId: string): NumberTally {
    return this.outlet.counts.classesOf(sourceId)
  }

  /** Source messages a second; 0 pauses. */
  setRate(rate: Rate): void {
    this.producer.setRate(rate)
  }

  /** Produce at least so many source messages right now, whatever the rate. */
  produce(messages: number): void {
    this.producer.produce(messages)
  }

  /** Cut the connection without a word; the end that made the connection makes it again. */
  drop(): void {
    this.peer.drop()
  }

  /** Stop producing, log out, close everything; answers the final count. Later calls answer the same. */
  stop(): Promise<SentReport> {
    this.stopped ??= this.stopAll()
    return this.stopped
  }

  private async stopAll(): Promise<SentReport> {
    this.stopping = true
    this.producer.stop()
    clearInterval(this.reporter)
    await this.peer.logout()
    await new Promise<void>((resolve) => (this.server ? this.server.close(() => resolve()) : resolve()))
    this.leftAtStop = this.unacknowledged
    this.outlet.close()
    this.report()
    return this.sent()
  }

  private emit(event: SimEvent): void {
    this.options.onEvent?.(event)
  }

  private note(text: string): void {
    this.emit({ event: 'note', feed: this.name, text })
  }

  private report(): void {
    const key = `${this.outlet.counts.total} ${this.resent}`
    if (key === this.reported) return
    this.reported = key
    this.emit({ event: 'sent', feed: this.name, ...this.sent() })
  }

  private connect(): void {
    if (this.stopping || this.peer.attached) return
    const { host, port, tls } = this.options
    const address: PeerAddress = { host, port, ...(tls && { tls }) }
    openSocket(address, {
      failed: (why) => {
        if (this.failures === 0) this.note(`cannot connect to ${host}:${port}: ${why}`)
        this.connectLater()
      },
      open: (socket) => {
        if (this.stopping) socket.destroy()
        else this.attach(socket)
      },
    })
  }

  private connectLater(): void {
    if (this.stopping) return
    const delayMs = Math.min(reconnectMs.most, reconnectMs.least * 2 ** Math.min(this.failures, 6))
    this.failures++
    setTimeout(() => this.connect(), delayMs)
  }

  private async listen(): Promise<void> {
    const server = createServer((socket) => {
      if (this.peer.attached || this.stopping) socket.destroy()
      else this.attach(socket)
    })
    this.server = server
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen(this.options.port, this.options.host, resolve)
    })
    this.port = (server.address() as AddressInfo).port // a TCP server's address is never a string
    this.emit({ event: 'listening', feed: this.name, host: this.options.host, port: this.port })
  }

  private attach(socket: Socket): void {
    this.generation++
    this.peer.attach(socket)
  }

  private loggedOn(): void {
    this.failures = 0
    this.outlet.saveCheckpoint()
    const { nextOut, nextIn } = this.peer.session
    this.emit({ event: 'connected', feed: this.name, nextOut, nextIn })
    this.producer.start()
  }

  private closed(reason: string): void {
    this.generation++
    this.acknowledged.closed()
    this.outlet.saveCheckpoint()
    this.emit({ event: 'disconnected', feed: this.name, reason })
    if (this.options.mode === 'connect') this.connectLater()
  }

  private numbersReset(): void {
    this.generation++
    this.lost += this.outlet.countAbove(this.acknowledged.upTo)
    this.acknowledged.reset()
    this.outlet.reset()
  }

  private verify(credentials: LogonCredentials): string | undefined {
    const { password } = this.options
    if (password === undefined) return undefined
    return credentials.kind === 'password' && credentials.password === password ? undefined : 'Invalid logon.'
  }

  private asHost(): AcknowledgedHost {
    const { peer, outlet, producer } = this
    return {
      get live() {
        return peer.live
      },
      get isResending() {
        return isLive(peer.session) && peer.session.phase.serving !== undefined
      },
      get isSent() {
        return producer.isFinished
      },
      get lastNumber() {
        return outlet.lastNumber
      },
      test(id) {
        peer.send(MsgType.TestRequest, [[Tag.TestReqID, id]])
        return peer.session.nextOut - 1
      },
    }
  }

  /** True when away or live, but not in between: messages numbered during a Logon would not be missed at once. */
  private mayProduce(): boolean {
    if (this.peer.live) return this.peer.queuedBytes < socketLimit
    return !this.peer.attached
  }

  private async serveResend(id: number, begin: number, end: number): Promise<void> {
    const { generation } = this
    const plan = new ResendPlan(begin, end)
    const before = this.resent
    for (const { seqNum, frame } of this.outlet.log.range(begin, end)) {
      for (const item of plan.push(seqNum, 'application')) {
        if (item.type === 'gap-fill') this.peer.gapFill(item.seqNum, item.newSeqNo)
        else this.peer.write(sentAgain(frame, steadyNowMs()))
      }
      this.resent++
      if (this.peer.queuedBytes > socketLimit) {
        await new Promise<void>((resolve) => this.peer.whenDrained(resolve))
        if (generation !== this.generation) return
      }
    }
    for (const item of plan.finish()) if (item.type === 'gap-fill') this.peer.gapFill(item.seqNum, item.newSeqNo)
    this.emit({ event: 'resend', feed: this.name, begin, end, messages: this.resent - before })
    this.peer.finishResend(id)
  }
}

function sessionConfig(options: GatewaySimOptions): SessionConfig {
  const { password } = options
  return {
    role: options.mode === 'connect' ? 'initiator' : 'acceptor',
    policy: resolvePolicy(options.policy ?? 'fix'),
    identity: {
      layout: 'client',
      senderCompId: options.ourCompId,
      targetCompId: options.theirCompId,
      senderSubId: options.subId ?? 'GW',
      targetSubId: options.targetSubId ?? 'G',
      senderLocationId: options.locationId ?? 'US,IL',
    },
    heartbeatS: options.heartbeatS ?? 30,
    ...(password === undefined ? {} : { credentials: { kind: 'password', password } }),
  }
}
