import { classOf, type MessageClass } from '#dropcopy/classify.ts'
import { ownTags } from '#dropcopy/standard-header.ts'
import { sealFrame } from '#fix/checksum.ts'
import { frameLimits } from '#fix/framer.ts'
import { decode, Message } from '#fix/message.ts'
import { isSessionType, Tag } from '#fix/tags.ts'
import { parseUtc } from '#fix/time.ts'
import { LogCutter } from './log-cutter.ts'
import type { LogProblems } from './log-problems.ts'
import { logText } from './log-text.ts'

/** One message of a log. */
export interface LoggedMessage {
  readonly sourceId: string
  readonly msgType: string
  readonly messageClass: MessageClass
  readonly seqNum: number
  readonly lastProcessed: number
  readonly operator: string
  readonly body: string
  /** SendingTime(52), epoch ms; NaN when it cannot be read. */
  readonly sentMs: number
  /** The message as in the log, SOH delimited, with a true length and checksum. */
  readonly bytes: Buffer
  /** A message of the session itself, which is never replayed: its number stays a hole. */
  readonly administrative: boolean
}

const headerTags = new Set(ownTags)
/** What a feed puts around a message. */
const envelopeBytes = 512

/**
 * The messages of a FIX log in its order. LogCutter and logText find out the separator, the encoding and the text
 * around the messages; what cannot be read is reported to `problems`.
 * @throws when the file cannot be read
 */
export async function* readLog(path: string, problems: LogProblems): AsyncGenerator<LoggedMessage> {
  const cutter = new LogCutter(problems)
  for await (const text of logText(path)) yield* readAll(cutter.push(text, false), problems)
  yield* readAll(cutter.push('', true), problems)
}

function* readAll(cuts: Iterable<{ line: number; text: string }>, problems: LogProblems): Generator<LoggedMessage> {
  for (const { line, text } of cuts) {
    const message = readMessage(text)
    if (typeof message === 'string') problems.cannotRead(line, message)
    else yield message
  }
}

/**
 * A message from 8 to 10, its fields ended by SOH; a text says why it cannot be sent. Other faults of a field are sent
 * as they are.
 */
export function readMessage(text: string): LoggedMessage | string {
  const bytes = whole(text)
  if (bytes.length > frameLimits.live - envelopeBytes) return `longer than ${frameLimits.live - envelopeBytes} bytes`
  const message = new Message()
  decode(bytes, message)
  if (message.hasUnreadableTag) return 'a field without a tag'
  if (message.isGarbled) return 'no MsgType (35) behind 8 and 9'
  if (message.seqNum === 0) return 'no MsgSeqNum (34)'
  let first = 0
  while (first < message.count - 1 && headerTags.has(message.tagAt(first))) first++
  const time = message.find(Tag.SendingTime)
  return {
    sourceId: (message.str(Tag.TargetCompID) ?? '').slice(0, -1),
    msgType: message.msgType,
    messageClass: classOf(message),
    seqNum: message.seqNum,
    lastProcessed: message.int(Tag.LastMsgSeqNumProcessed) ?? 0,
    operator: message.str(Tag.TargetSubID) ?? '',
    body: bytes.toString('latin1', message.endAt(first - 1) + 1, bytes.length - 7),
    sentMs: time < 0 ? Number.NaN : parseUtc(bytes, message.startAt(time), message.endAt(time)),
    bytes,
    administrative: isSessionType(message.msgType),
  }
}

/** With a length and checksum that hold: a log with another separator, or edited by hand, may have others. */
function whole(text: string): Buffer {
  const content = text.slice(text.indexOf('\x0135=') + 1, text.lastIndexOf('\x0110=') + 1)
  const head = `${text.slice(0, text.indexOf('\x01'))}\x019=${content.length}\x01`
  const out = Buffer.alloc(head.length + content.length + 7)
  out.write(head + content, 0, 'latin1')
  sealFrame(out)
  return out
}
