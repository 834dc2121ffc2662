import 'reflect-metadata'
import { fileURLToPath } from 'node:url'
import {
  AsciiSession,
  AsciiSessionMsgFactory,
  EmptyLogFactory,
  type IJsFixConfig,
  type ISessionDescription,
  MemorySessionStore,
  type MsgView,
  SessionId,
  SessionLauncher,
} from 'jspurefix'

/** The dictionary that clients are given. */
const dictionary = fileURLToPath(new URL('../../docs/examples/quickfix/drop-copy-FIX42.xml', import.meta.url))

/** A copy as the engine understood it. */
export type EngineCopy = {
  msgType: string
  seqNum: number
  possDup: boolean
  /** Session ID(1180) and firm of the first party: the id of the source session. */
  source: string
  /** 1181 and 1350. */
  number: number
  previous: number | undefined
  /** The message with `|` for SOH. */
  text: string
}

/** A message of the session itself, sent or received. */
export type EngineMessage = { msgType: string; seqNum: number; text: string }

export type EngineOptions = {
  port: number
  senderCompId: string
  /** 50, 57 and 142 of everything sent; left out where absent. */
  subId?: string
  targetSubId?: string
  locationId?: string
  /** Sent in 95 and 96. */
  password?: string
  /** 141=Y in the Logon. */
  reset?: boolean
}

/** Sequence numbers as the engine keeps them from one connection to the next. */
export const engineStore = (senderCompId: string): MemorySessionStore =>
  new MemorySessionStore(new SessionId('FIX.4.2', senderCompId, 'CME'))

/** One connection of a drop copy client built on the jspurefix engine, which shares no line with ours. */
export class EngineClient {
  readonly copies: EngineCopy[] = []
  /** Every message received, in order, copies included. */
  readonly received: EngineMessage[] = []
  readonly sent: EngineMessage[] = []
  /** Messages whose BodyLength(9) or CheckSum(10) is not what the bytes say. */
  readonly unsound: string[] = []
  isReady = false
  /** Resolves at the end of the session, with the error that ended it. */
  readonly ended: Promise<Error | undefined>
  private readonly launcher: Launcher

  constructor(
    options: EngineOptions,
    readonly store: MemorySessionStore,
  ) {
    this.launcher = new Launcher(options, this)
    this.ended = this.launcher.run().then(
      () => undefined,
      (error: unknown) => (error instanceof Error ? error : new Error(String(error))),
    )
  }

  /** MsgSeqNum(34) of the last message taken from the connector, as the session counts. */
  get lastReceived(): number {
    return this.launcher.session?.lastPeerSeqNum() ?? 0
  }

  of(msgType: string): EngineMessage[] {
    return this.received.filter((message) => message.msgType === msgType)
  }

  sentOf(msgType: string): EngineMessage[] {
    return this.sent.filter((message) => message.msgType === msgType)
  }

  /** Log out and wait for the end. @returns the connector's own Logout */
  async logout(): Promise<EngineMessage | undefined> {
    this.launcher.session?.done()
    const error = await this.ended
    if (error) throw error
    return this.of('5')[0]
  }

  /** Cut the connection without a word. */
  async cut(): Promise<void> {
    this.launcher.session?.requestStop('cut by the test')
    await this.ended
  }
}

class Launcher extends SessionLauncher {
  session: Session | undefined

  constructor(
    private readonly options: EngineOptions,
    private readonly client: EngineClient,
  ) {
    super(description(options), null, new EmptyLogFactory())
  }

  protected override makeFactory() {
    return {
      makeSession: (config: IJsFixConfig) => {
        config.sessionStoreFactory = { create: () => this.client.store }
        this.session = new Session(config, this.client)
        return this.session
      },
    }
  }

  /** The engine's session description has no place for 142. */
  protected override makeSessionMsgFactory(own: ISessionDescription) {
    const { locationId } = this.options
    return new AsciiSessionMsgFactory(own, (_, type, fields) =>
      type === 'StandardHeader' ? { ...fields, SenderLocationID: locationId } : fields,
    )
  }
}

function description(options: EngineOptions): ISessionDescription {
  const { port, senderCompId, subId = '', targetSubId = '', password, reset = false } = options
  return {
    application: {
      type: 'initiator',
      name: 'drop-copy-client',
      protocol: 'ascii',
      resilient: false,
      dictionary,
      reconnectSeconds: 1,
      tcp: { host: '127.0.0.1', port },
    },
    Name: 'drop-copy-client',
    BeginString: 'FIX.4.2',
    SenderCompId: senderCompId,
    TargetCompID: 'CME',
    SenderSubID: subId,
    TargetSubID: targetSubId,
    Username: '',
    Password: '',
    HeartBtInt: 30,
    ResetSeqNumFlag: reset,
    BodyLengthChars: 6,
    // FIX 4.2 has no 553 and 554; the length is given because the engine would end it with its log's delimiter
    Logon: {
      Username: null,
      Password: null,
      ...(password === undefined ? {} : { RawDataLength: password.length, RawData: password }),
    },
  }
}

class Session extends AsciiSession {
  private text = ''

  constructor(
    config: IJsFixConfig,
    private readonly client: EngineClient,
  ) {
    super(config)
    // off for an initiator as delivered; with it the engine answers Reject to a bad checksum and to every tag,
    // message type and missing field that its dictionary does not have so
    this.checkMsgIntegrity = true
  }

  protected override onMsg(msgType: string, view: MsgView): void {
    const { text } = this
    this.client.received.push({ msgType, seqNum: Number(view.getTyped(34)), text })
    if (view.checksum() !== Number(view.getString(10)) || !hasTrueLength(text)) this.client.unsound.push(text)
    super.onMsg(msgType, view)
  }

  protected override onApplicationMsg(msgType: string, view: MsgView): void {
    const previous = view.getTyped('ApplLastSeqNum')
    const firm = view.getView('NoPartyIDs')?.getGroupInstance(0)?.getString('PartyID')
    this.client.copies.push({
      msgType,
      seqNum: Number(view.getTyped('MsgSeqNum')),
      possDup: view.getTyped('PossDupFlag') === true,
      source: `${view.getString('ApplID')}${firm}`,
      number: Number(view.getTyped('ApplSeqNum')),
      previous: previous === null ? undefined : Number(previous),
      text: this.text,
    })
  }

  /** The argument of the next onMsg. */
  protected override onDecoded(_: string, text: string): void {
    this.text = text
  }

  protected override onEncoded(msgType: string, text: string): void {
    this.client.sent.push({ msgType, seqNum: Number(/\|34=(\d+)\|/.exec(text)?.[1]), text })
  }

  protected override onReady(): void {
    this.client.isReady = true
  }

  protected override onStopped(): void {}

  protected override onLogon(): boolean {
    return true
  }
}

/**
 * The engine reads BodyLength(9) without comparing it (jspurefix 5.11.4, ascii-parser-state.js, checksumExpectedPos).
 */
function hasTrueLength(text: string): boolean {
  const head = /^8=FIX\.4\.2\|9=(\d+)\|/.exec(text)
  return head !== null && Number(head[1]) === text.lastIndexOf('|10=') + 1 - head[0].length
}
