import { sealFrame } from '#fix/checksum.ts'
import { decode, Message } from '#fix/message.ts'
import { MsgType, Tag } from '#fix/tags.ts'
import { formatUtc } from '#fix/time.ts'

const soh = '\x01'

/** A whole message from everything between 9 and 10: `35=…|…|`. */
function frame(content: string | Buffer): Buffer {
  const head = `8=FIX.4.2${soh}9=${content.length}${soh}`
  const out = Buffer.allocUnsafe(head.length + content.length + 7)
  out.write(head, 0, 'latin1')
  if (typeof content === 'string') out.write(content, head.length, 'latin1')
  else out.set(content, head.length)
  sealFrame(out)
  return out
}

/** The content of an order-entry message, in an envelope or not. */
interface Content {
  readonly msgType: string
  /** TargetSubID(57); empty: none. */
  readonly operator: string
  /** Everything between header and trailer. */
  readonly body: string
}

/** The part of a source message's header that stays: `49=…|50=…|56=…N|57=`. */
export const sourceHeader = (exchange: { compId: string; subId: string }, sourceId: string): string =>
  `49=${exchange.compId}${soh}50=${exchange.subId}${soh}56=${sourceId}N${soh}57=`

/** An application message of an order-entry session as the exchange sent it (spec §3.3, inner message). */
export const sourceMessage = (header: string, content: Content, seqNum: number, sendingTimeMs: number): Buffer =>
  frame(
    `35=${content.msgType}${soh}34=${seqNum}${soh}369=${Math.max(0, seqNum - 2)}${soh}52=${formatUtc(sendingTimeMs)}${soh}${header}${content.operator}${soh}143=US,IL${soh}${content.body}`,
  )

/** The header of what a gateway sends on its feed: 34 49 50 52 56 57 142 369, in the order of a client (spec §2.2). */
export interface FeedHeader {
  readonly ourCompId: string
  readonly theirCompId: string
  readonly subId: string
  readonly targetSubId: string
  readonly locationId: string
}

function header(
  ends: FeedHeader,
  msgType: string,
  seqNum: number,
  subId: string,
  lastProcessed: number,
  nowMs: number,
) {
  return `35=${msgType}${soh}34=${seqNum}${soh}49=${ends.ourCompId}${soh}50=${ends.subId}${soh}52=${formatUtc(nowMs)}${soh}56=${ends.theirCompId}${soh}57=${subId}${soh}142=${ends.locationId}${soh}369=${lastProcessed}${soh}`
}

/** Encapsulated dialect: the source message inside a 35=n. */
export function encapsulated(
  ends: FeedHeader,
  seqNum: number,
  lastProcessed: number,
  nowMs: number,
  inner: Buffer,
): Buffer {
  const head = `${header(ends, MsgType.XmlNonFix, seqNum, ends.targetSubId, lastProcessed, nowMs)}212=${inner.length + 13}${soh}213=<RTRF>`
  const content = Buffer.allocUnsafe(head.length + inner.length + 8)
  content.write(head, 0, 'latin1')
  content.set(inner, head.length)
  content.write(`</RTRF>${soh}`, head.length + inner.length, 'latin1')
  return frame(content)
}

/** Plain dialect: the feed's message is the source message; 57 names the operator. */
export const plain = (
  ends: FeedHeader,
  content: Content,
  seqNum: number,
  lastProcessed: number,
  nowMs: number,
): Buffer =>
  frame(
    header(ends, content.msgType, seqNum, content.operator || ends.targetSubId, lastProcessed, nowMs) + content.body,
  )

const scratch = new Message()

/** The same frame sent again: 43=Y and 122 = its first 52 behind 34, 52 = now. Everything else stays. */
export function sentAgain(sent: Buffer, nowMs: number): Buffer {
  decode(sent, scratch)
  const content = sent.indexOf('35=')
  const number = scratch.endAt(scratch.find(Tag.MsgSeqNum)) + 1
  const time = scratch.find(Tag.SendingTime)
  const [from, to] = [scratch.startAt(time), scratch.endAt(time)]
  const again = `43=Y${soh}122=${sent.toString('latin1', from, to)}${soh}`
  return frame(
    Buffer.concat([
      sent.subarray(content, number),
      Buffer.from(again, 'latin1'),
      sent.subarray(number, from),
      Buffer.from(formatUtc(nowMs), 'latin1'),
      sent.subarray(to, sent.length - 7),
    ]),
  )
}

/** A Gap Fill in normal flow: from `seqNum` to just below `next` nothing will come. */
export const gapFill = (ends: FeedHeader, seqNum: number, next: number, lastProcessed: number, nowMs: number): Buffer =>
  frame(
    `${header(ends, MsgType.SequenceReset, seqNum, ends.targetSubId, lastProcessed, nowMs)}123=Y${soh}36=${next}${soh}`,
  )

export const heartbeat = (ends: FeedHeader, seqNum: number, lastProcessed: number, nowMs: number): Buffer =>
  frame(header(ends, MsgType.Heartbeat, seqNum, ends.targetSubId, lastProcessed, nowMs))
