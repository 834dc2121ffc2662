/**
 * The independent engine as a relay: jspurefix accepts feeds and targets, and sends on each target what comes on the
 * feeds of its group, with its own file store. Shows what a user gets who builds drop copy on an engine from npm; this
 * relay keeps no chain and syncs nothing.
 *
 * tsx test/bench/jspurefix-relay.ts JSON, with {"data": "DIR", "feeds": [end …], "targets": [end
 * …], "groups": [[feed index …] per target]}; an end is {"port", "senderCompId", "targetCompId"} as
 * its peer has them. Prints {"event":"ready"}.
 */
import 'reflect-metadata'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  AsciiSession,
  EmptyLogFactory,
  FileSessionStoreFactory,
  type IJsFixConfig,
  type ILooseObject,
  type ISessionDescription,
  type MsgView,
  SessionLauncher,
} from 'jspurefix'

type PeerEnd = { port: number; senderCompId: string; targetCompId: string }
type Options = { data: string; feeds: PeerEnd[]; targets: PeerEnd[]; groups: number[][] }

const options: Options = JSON.parse(process.argv[2] ?? '')
mkdirSync(options.data, { recursive: true })
const dictionary = join(options.data, 'dictionary.xml')
const copies = readFileSync(new URL('./jspurefix-relay.xml', import.meta.url), 'utf8')
// the fields of a copy that a source message lacks
writeFileSync(dictionary, copies.replaceAll(/(name='(?:ApplID|ApplSeqNum|CopyMsgIndicator)' required=)'Y'/g, "$1'N'"))

const description = ({ port, senderCompId, targetCompId: own }: PeerEnd): ISessionDescription => ({
  application: {
    type: 'acceptor',
    name: `${own}-${senderCompId}`,
    protocol: 'ascii',
    resilient: false,
    dictionary,
    reconnectSeconds: 1,
    tcp: { host: '127.0.0.1', port },
  },
  Name: `${own}-${senderCompId}`,
  BeginString: 'FIX.4.2',
  SenderCompId: own,
  TargetCompID: senderCompId,
  SenderSubID: 'G',
  TargetSubID: '',
  Username: '',
  Password: '',
  HeartBtInt: 30,
  ResetSeqNumFlag: true,
  BodyLengthChars: 6,
  Logon: { Username: null, Password: null },
})

/** Where messages go: the targets that have logged on. */
const targets: (TargetSession | undefined)[] = []

class Session extends AsciiSession {
  constructor(config: IJsFixConfig) {
    super(config)
  }

  protected override onDecoded(): void {}
  protected override onEncoded(): void {}
  protected override onApplicationMsg(_msgType: string, _view: MsgView): void {}
  protected override onReady(): void {}
  protected override onStopped(): void {}
  protected override onLogon(): boolean {
    return true
  }
}

class FeedSession extends Session {
  private readonly to: number[]

  constructor(config: IJsFixConfig, feed: number) {
    super(config)
    this.to = options.groups.flatMap((group, target) => (group.includes(feed) ? [target] : []))
  }

  protected override onApplicationMsg(msgType: string, view: MsgView): void {
    const { StandardHeader: _, StandardTrailer: __, ...body } = view.toObject() as ILooseObject // from its own decoder
    for (const target of this.to) targets[target]?.relay(msgType, body)
  }
}

class TargetSession extends Session {
  constructor(
    config: IJsFixConfig,
    private readonly index: number,
  ) {
    super(config)
  }

  relay(msgType: string, body: ILooseObject): void {
    this.send(msgType, body)
  }
  protected override onReady(): void {
    targets[this.index] = this
  }
}

class Launcher extends SessionLauncher {
  constructor(
    own: ISessionDescription,
    private readonly make: (config: IJsFixConfig) => Session,
  ) {
    super(null, own, new EmptyLogFactory())
  }

  protected override makeFactory() {
    return {
      makeSession: (config: IJsFixConfig) => {
        config.sessionStoreFactory = new FileSessionStoreFactory(join(options.data, config.description.Name))
        return this.make(config)
      },
    }
  }
}

const launchers = [
  ...options.feeds.map((end, i) => new Launcher(description(end), (config) => new FeedSession(config, i))),
  ...options.targets.map((end, i) => new Launcher(description(end), (config) => new TargetSession(config, i))),
]
for (const launcher of launchers) void launcher.run()
setTimeout(() => process.stdout.write('{"event":"ready"}\n'), 1_000) // jspurefix does not report when it listens
process.on('SIGTERM', () => process.exit(0))
