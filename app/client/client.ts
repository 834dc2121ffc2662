import { setTimeout as sleep } from 'node:timers/promises'
import type { Message } from '#fix/message.ts'
import { type PolicyChoice, resolvePolicy } from '#fix/policy.ts'
import type { Effect, OwnCredentials, SessionConfig } from '#fix/session-state.ts'
import { MsgType } from '#fix/tags.ts'
import { FixPeer } from '#peer/fix-peer.ts'
import { openSocket, type PeerAddress, type PeerTls } from '#peer/open-socket.ts'
import { ApplicationRecovery, type ApplicationResendMode } from './application-recovery.ts'
import { dc4Reader } from './read-copy.ts'
import { type Receipt, Receipts, type SourceReceipt } from './receipts.ts'
import { readState, restore, stateOf, writeState } from './state-file.ts'

export interface ClientOptions {
  host: string
  port: number
  /** Absent: in the clear. */
  tls?: PeerTls
  /**
   * The backup address: tried in turn with the first when the first cannot be reached or refuses, and at once when the
   * first is not the one in force.
   */
  others?: readonly PeerAddress[]
  /** 6 characters; SenderCompID(49) is this and `N`. */
  session: string
  /** The protocol of copies. Default `classic`. */
  protocol?: 'classic' | 'dc4'
  password?: string
  /** Signs the Logon instead of a password. */
  accessKey?: Extract<OwnCredentials, { kind: 'hmac' }>
  /** 1603, 1604, 1605. Default: ours, and only on a signed Logon. */
  app?: { name: string; version: string; vendor: string }
  /** 50 and 142. Default CLIENT1 and US,IL. */
  subId?: string
  locationId?: string
  /** 56 and 57; a market segment's number as 57 on a target of segments. Default CME and G. */
  exchange?: { compId: string; subId: string }
  /** Default 30. */
  heartbeatS?: number
  /** Default `cme`, asking for missing numbers 2,500 at a time. */
  policy?: PolicyChoice
  /** Which holes in the chain are asked for by Application Resend. Default `holes`: all. */
  applicationResend?: ApplicationResendMode
  /** The file that keeps numbers and receipts between runs. Default: none, so each run begins at 1. */
  state?: string
  /** Begin at 1 and rewrite the state file, whatever it says: a new trading week. */
  fresh?: boolean
  /** Do not connect again after the connection is gone or refused. */
  once?: boolean
  /**
   * Stop after so many Logons in a row that were refused. Default: never. Addresses
   * that cannot be reached are tried for ever.
   */
  refusals?: number
  /** The message is reused: read it now. `resent`: 43=Y. */
  onCopy?: (receipt: Receipt, message: Message, resent: boolean) => void
  onEvent?: (event: ClientEvent) => void
}

export type ClientEvent =
  | { event: 'logged-on'; address: string; nextIn: number; nextOut: number }
  | { event: 'refused'; text: string; nextExpected: number | undefined }
  | { event: 'disconnected'; reason: string }
  | { event: 'gap' | 'gap-filled' | 'lost' | 'reset' | 'chain-break' | 'application-resend' | 'note'; text: string }

export interface ClientSummary {
  session: string
  logons: number
  copies: number
  /** Resend Requests that were needed, and copies that came by them. */
  gaps: number
  recovered: number
  /** Numbers of the target that will never come: not answered, or gap-filled. */
  lostNumbers: number
  gapFilled: number
  /** Application Resends that were granted, and copies that came outside the live chain alone. */
  applicationResends: number
  byApplication: number
  /** Possible resends (97=Y) that had come before, and messages that should have been copies and could not be read. */
  dropped: number
  unreadable: number
  sources: Record<
    string,
    Pick<SourceReceipt, 'last' | 'restarts' | 'chainBreaks' | 'mended' | 'doubled' | 'renumbered'> & {
      received: number
    }
  >
  /** Logged on at least once, and at the end nothing missing, doubled or renumbered. */
  clean: boolean
}

const backoffMs = { least: 100, most: 5_000 }
const saveEveryMs = 500
/** The answer of an address that is not the one in force (spec §2.11). */
const notInForce = 'Backup session not allowed'
const ownApp = { name: 'drop-copy client', version: '1.0', vendor: 'drop-copy' }
/** How long a Logout waits for an Application Resend to finish. */
const settleMs = 5_000

/** Start a client; it connects at once, and again after every disconnect, until `stop`. */
export const startClient = (options: ClientOptions): Client => new Client(options)

/**
 * A Drop Copy client: logs on, keeps account of every copy, recovers what it misses by FIX resend and,
 * on a classic target, by Application Resend.
 */
export class Client {
  readonly receipts: Receipts
  /** Resolves when it will not connect any more: after `stop`, or with `once` after the first connection. */
  readonly ended: Promise<void>
  private readonly options: ClientOptions
  private readonly peer: FixPeer
  private readonly recovery: ApplicationRecovery
  private readonly addresses: readonly PeerAddress[]
  private address = 0
  private failures = 0
  private stopping = false
  /** Connect again at once: to the same address with the number that the refusal named, or to the address in force. */
  private atOnce: 'here' | 'there' | undefined
  /** How often in a row we were sent to the other address. */
  private sentAway = 0
  /** Logons in a row whose refusal taught nothing and sent us nowhere else. */
  private refusals = 0
  /** Whether this connection's Logon was answered, even with a refusal. */
  private isAnswered = false
  private hasEnded = false
  private saved = ''
  private readonly saver: NodeJS.Timeout | undefined
  private end: () => void = () => {}
  private readonly counts = { logons: 0, gaps: 0, recovered: 0, lostNumbers: 0, gapFilled: 0, unreadable: 0 }

  /** @throws when the state file cannot be used */
  constructor(options: ClientOptions) {
    this.options = options
    const { host, port, tls } = options
    this.addresses = [{ host, port, ...(tls && { tls }) }, ...(options.others ?? [])]
    this.receipts = options.protocol === 'dc4' ? new Receipts(dc4Reader()) : new Receipts()
    const state = options.state === undefined || options.fresh ? undefined : readState(options.state, options.session)
    if (state) restore(state, this.receipts)
    this.ended = new Promise((resolve) => {
      this.end = () => {
        this.hasEnded = true
        resolve()
      }
    })
    this.peer = new FixPeer(sessionConfig(options), state ?? { nextIn: 1, nextOut: 1 }, {
      seen: (message) => this.receipts.see(message),
      accept: (message, _seqNum, resent) => this.accept(message, resent),
      loggedOn: () => this.loggedOn(),
      serveResend: (id, begin, end) => this.fillGap(id, begin, end),
      news: (news) => this.hear(news),
      closed: (reason) => this.closed(reason),
    })
    this.recovery = new ApplicationRecovery(
      this.receipts,
      options.protocol === 'dc4' ? 'never' : (options.applicationResend ?? 'holes'),
      (msgType, body) => this.peer.send(msgType, body),
      (event, text) => this.emit({ event, text }),
    )
    this.saver = options.state === undefined ? undefined : setInterval(() => this.save(), saveEveryMs)
    this.connect()
  }

  get live(): boolean {
    return this.peer.live
  }

  get numbers(): { nextIn: number; nextOut: number } {
    return { nextIn: this.peer.session.nextIn, nextOut: this.peer.session.nextOut }
  }

  /** Resolves when the condition holds, or the client has ended: nothing more will come then. */
  async until(holds: (client: Client) => boolean): Promise<void> {
    while (!holds(this) && !this.hasEnded) await sleep(5)
  }

  summary(): ClientSummary {
    const sources: ClientSummary['sources'] = {}
    let clean = this.counts.logons > 0 && this.counts.lostNumbers + this.counts.unreadable === 0
    let byApplication = 0
    let dropped = 0
    for (const [id, source] of [...this.receipts.sources].sort()) {
      const { last, restarts, chainBreaks, mended, doubled, renumbered, live, earlier, outside } = source
      const received = earlier + live.size + outside
      sources[id] = { received, last, restarts, chainBreaks, mended, doubled, renumbered }
      clean &&= chainBreaks - mended + doubled + renumbered === 0
      byApplication += outside
      dropped += source.dropped
    }
    const counts = { ...this.counts, applicationResends: this.recovery.granted, byApplication, dropped }
    return { session: this.options.session, copies: this.receipts.copies, ...counts, sources, clean }
  }

  /** Cut the connection without a word. */
  drop(): void {
    this.peer.drop()
  }

  /** Log out, keep the state, and end. */
  async stop(): Promise<ClientSummary> {
    this.stopping = true
    clearInterval(this.saver)
    await Promise.race([this.until(() => !this.recovery.isBusy), sleep(settleMs, undefined, { ref: false })])
    await this.peer.logout()
    this.save()
    this.end()
    return this.summary()
  }

  private emit(event: ClientEvent): void {
    this.options.onEvent?.(event)
  }

  private connect(): void {
    if (this.stopping || this.peer.attached) return
    const address = this.addresses[this.address % this.addresses.length] ?? this.options
    openSocket(address, {
      failed: (why) => {
        this.emit({ event: 'note', text: `cannot connect to ${address.host}:${address.port}: ${why}` })
        this.again()
      },
      open: (socket) => {
        if (this.stopping) socket.destroy()
        else this.peer.attach(socket)
      },
    })
  }

  private again(): void {
    if (this.stopping) return
    const { atOnce } = this
    const isHopeless = this.refusals >= (this.options.refusals ?? Number.POSITIVE_INFINITY)
    if ((this.options.once && !atOnce) || isHopeless) {
      if (isHopeless) this.emit({ event: 'note', text: this.whatToCheck() })
      this.save()
      clearInterval(this.saver)
      this.end()
      return
    }
    const delayMs = atOnce ? 1 : Math.min(backoffMs.most, backoffMs.least * 2 ** Math.min(this.failures, 6))
    if (atOnce !== 'here') this.address++
    if (!atOnce) this.failures++
    this.atOnce = undefined
    setTimeout(() => this.connect(), delayMs)
  }

  private whatToCheck(): string {
    const { senderCompId, targetCompId, targetSubId } = this.peer.session.config.identity
    const names = `${senderCompId} (49) to ${targetCompId} (56) ${targetSubId ?? ''} (57)`
    return `stopped after ${this.refusals} refused Logons in a row: check the password or access key, and the names ${names}`
  }

  private loggedOn(): void {
    this.isAnswered = true
    this.failures = this.sentAway = this.refusals = 0
    this.counts.logons++
    const { host, port } = this.addresses[this.address % this.addresses.length] ?? this.options
    this.emit({ event: 'logged-on', address: `${host}:${port}`, ...this.numbers })
    this.recovery.loggedOn()
  }

  private closed(reason: string): void {
    this.recovery.closed()
    this.emit({ event: 'disconnected', reason })
    if (!this.isAnswered) this.refusals++ // an unknown client is disconnected without a word
    this.isAnswered = false
    this.again()
  }

  private accept(message: Message, resent: boolean): void {
    const receipt = this.receipts.take(message)
    if (!receipt) {
      if (!this.recovery.take(message)) this.noCopy(message)
      return
    }
    const { facts, link } = receipt
    if (link === 'dropped') {
      this.emit({ event: 'note', text: `${facts.sourceId} ${facts.seqNum} is a possible resend that had come before` })
      return
    }
    if (resent) this.counts.recovered++
    if (!facts.isChained && link === 'aside')
      this.emit({ event: 'note', text: `${facts.sourceId} ${facts.seqNum} came out of its order` })
    if (link === 'gap') {
      const text = `${facts.sourceId} ${facts.seqNum} follows ${facts.previous}, which did not come last`
      this.emit({ event: 'chain-break', text })
    }
    this.recovery.look()
    this.options.onCopy?.(receipt, message, resent)
  }

  /** A message that is not a copy; one in an envelope was meant to be a copy. */
  private noCopy(message: Message): void {
    const { msgType, seqNum } = message
    let text = `message ${seqNum} of type ${msgType} is no copy`
    if (msgType === MsgType.XmlNonFix) {
      this.counts.unreadable++
      text +=
        this.options.protocol === 'dc4' ? ': nothing readable inside' : ' of a classic target: this one speaks dc4'
    }
    this.emit({ event: 'note', text })
  }

  /** A client has sent nothing that is worth sending again: one Gap Fill replaces all of it. */
  private fillGap(id: number, begin: number, end: number): void {
    this.peer.gapFill(begin, end + 1)
    this.peer.finishResend(id)
  }

  private hear(news: Extract<Effect, { type: 'reset' | 'gap-filled' | 'lost' | 'refused' | 'note' }>): void {
    switch (news.type) {
      case 'refused':
        this.atOnce = this.goesWhere(news.text, news.retry)
        this.isAnswered = true
        if (!this.atOnce) this.refusals++
        this.emit({ event: 'refused', text: news.text, nextExpected: news.nextExpected })
        break
      case 'reset':
        this.receipts.forgetNumbers()
        this.emit({ event: 'reset', text: 'both directions start at 1' })
        break
      case 'lost':
        this.counts.lostNumbers += news.end - news.begin + 1
        this.emit({ event: 'lost', text: `${news.begin} to ${news.end} will not come` })
        break
      case 'gap-filled':
        this.recovery.noteGapFill()
        this.counts.gapFilled += news.end - news.begin + 1
        this.emit({ event: 'gap-filled', text: `${news.begin} to ${news.end}` })
        break
      case 'note':
        if (news.code === 'gap') this.counts.gaps++
        if (news.code !== 'duplicate') this.emit({ event: news.code === 'gap' ? 'gap' : 'note', text: news.text })
    }
  }

  private goesWhere(refusal: string, wasTaught: boolean): 'here' | 'there' | undefined {
    const isElsewhere = refusal.includes(notInForce) && ++this.sentAway < this.addresses.length
    return isElsewhere ? 'there' : wasTaught ? 'here' : undefined
  }

  private save(): void {
    if (this.options.state === undefined) return
    const { nextIn, nextOut } = this.numbers
    const key = `${nextIn} ${nextOut} ${this.receipts.copies}`
    if (key === this.saved) return
    writeState(this.options.state, stateOf(this.options.session, this.numbers, this.receipts))
    this.saved = key
  }
}

function sessionConfig(options: ClientOptions): SessionConfig {
  const exchange = options.exchange ?? { compId: 'CME', subId: 'G' }
  const { password, accessKey } = options
  const credentials: OwnCredentials | undefined =
    accessKey ?? (password === undefined ? undefined : { kind: 'password', password })
  const app = options.app ?? (accessKey && ownApp)
  const policy = resolvePolicy(options.policy ?? 'cme')
  return {
    role: 'initiator',
    policy: policy.preset === 'cme' ? { ...policy, resendChunk: 2500 } : policy,
    identity: {
      layout: 'client',
      senderCompId: `${options.session}N`,
      targetCompId: exchange.compId,
      senderSubId: options.subId ?? 'CLIENT1',
      targetSubId: exchange.subId,
      senderLocationId: options.locationId ?? 'US,IL',
      possDupN: true,
    },
    heartbeatS: options.heartbeatS ?? 30,
    ...(credentials ? { credentials } : {}),
    ...(app ? { app } : {}),
  }
}
