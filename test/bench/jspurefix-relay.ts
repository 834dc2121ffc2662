/**
 * The independent engine as a relay: jspurefix accepts the feed and the target, and sends on the target what comes on the feed, with its
 * own file store. What a user gets who builds drop copy on an engine from npm; it keeps no chain and syncs nothing.
 *
 * tsx test/bench/jspurefix-relay.ts JSON, with {"data": "DIR", "feed": port, "target": port}. Prints {"event":"ready"}.
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

interface Options {
  data: string
  feed: number
  target: number
}

const options: Options = JSON.parse(process.argv[2] ?? '')
mkdirSync(options.data, { recursive: true })
const dictionary = join(options.data, 'dictionary.xml')
const copies = readFileSync(new URL('../support/jspurefix-drop-copy.xml', import.meta.url), 'utf8')
// what a source message lacks that a copy has
writeFileSync(dictionary, copies.replaceAll(/(name='(?:ApplID|ApplSeqNum|CopyMsgIndicator)' required=)'Y'/g, "$1'N'"))

const description = (port: number, own: string, peer: string): ISessionDescription => ({
  application: {
    type: 'acceptor',
    name: own,
    protocol: 'ascii',
    resilient: false,
    dictionary,
    reconnectSeconds: 1,
    tcp: { host: '127.0.0.1', port },
  },
  Name: own,
  BeginString: 'FIX.4.2',
  SenderCompId: own,
  TargetCompID: peer,
  SenderSubID: 'G',
  TargetSubID: '',
  Username: '',
  Password: '',
  HeartBtInt: 30,
  ResetSeqNumFlag: true,
  BodyLengthChars: 6,
  Logon: { Username: null, Password: null },
})

/** Where messages go; one target in this shape. */
let target: TargetSession | undefined

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
  protected override onApplicationMsg(msgType: string, view: MsgView): void {
    const { StandardHeader: _, StandardTrailer: __, ...body } = view.toObject() as ILooseObject // of its own decoder
    target?.relay(msgType, body)
  }
}

class TargetSession extends Session {
  relay(msgType: string, body: ILooseObject): void {
    this.send(msgType, body)
  }
  protected override onReady(): void {
    target = this
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
        config.sessionStoreFactory = new FileSessionStoreFactory(options.data)
        return this.make(config)
      },
    }
  }
}

const launchers = [
  new Launcher(description(options.feed, 'DROPCOPY', 'GW0'), (config) => new FeedSession(config)),
  new Launcher(description(options.target, 'CME', 'TGT000N'), (config) => new TargetSession(config)),
]
for (const launcher of launchers) void launcher.run()
setTimeout(() => process.stdout.write('{"event":"ready"}\n'), 1_000) // it says nothing of itself when it listens
process.on('SIGTERM', () => process.exit(0))
