import 'reflect-metadata'
import {
  AsciiParser,
  DefinitionFactory,
  DITokens,
  type ElasticBuffer,
  EmptyLogFactory,
  type IJsFixConfig,
  type ISessionDescription,
  type MsgView,
  SessionContainer,
} from 'jspurefix'

/**
 * Checks messages against a dictionary as the foreign engine's session does (jspurefix 5.11.4, ascii-session.js,
 * checkIntegrity): checksum, message type, tags, tags of the message, required tags.
 */
export async function jspurefixChecker(dictionary: string): Promise<(frame: Buffer) => string[]> {
  const container = new SessionContainer()
  container.registerGlobal(new EmptyLogFactory())
  const system = await container.makeSystem(description(dictionary))
  const config = system.resolve<IJsFixConfig>(DITokens.IJsFixConfig)
  config.definitions = await new DefinitionFactory().getDefinitions(dictionary)
  const buffer = config.sessionContainer.resolve<ElasticBuffer>(DITokens.ParseBuffer)
  const parser = new AsciiParser(config, null, buffer)
  let found: string[] = []
  let messages = 0
  parser.on('error', (error: Error) => void found.push(error.message))
  parser.on('msg', (_: string, view: MsgView) => {
    messages++
    found.push(...problemsOf(view))
  })
  return (frame) => {
    found = []
    messages = 0
    parser.parseBuffer(frame)
    return messages === 1 ? found : [...found, `${messages} messages`]
  }
}

function problemsOf(view: MsgView): string[] {
  const found = []
  if (view.checksum() !== Number(view.getString(10))) found.push('checksum')
  if (view.segment.name === undefined) found.push('message type')
  const invalid = view.invalid()
  if (invalid.length > 0) found.push(`invalid ${invalid}`)
  const undefinedTags = view.undefinedForMsg()
  if (undefinedTags) found.push(undefinedTags)
  const missing = view.missing()
  if (missing.length > 0) found.push(`missing ${missing}`)
  return found
}

const description = (dictionary: string): ISessionDescription => ({
  application: {
    type: 'initiator',
    name: 'checker',
    protocol: 'ascii',
    resilient: false,
    dictionary,
    reconnectSeconds: 1,
    tcp: { host: '127.0.0.1', port: 1 },
  },
  Name: 'checker',
  BeginString: 'FIX.4.2',
  SenderCompId: 'CHECKER',
  TargetCompID: 'CME',
  SenderSubID: '',
  TargetSubID: '',
  Username: '',
  Password: '',
  HeartBtInt: 30,
  ResetSeqNumFlag: false,
  BodyLengthChars: 6,
})
