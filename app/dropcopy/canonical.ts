import { checksumHolds, sealFrame, statedSum, sumBytes, trailerLength, writeTrailer } from '#fix/checksum.ts'
import { writeInt } from '#fix/encode.ts'
import { copyBytes, type Memory, memoryOf } from '#fix/memory.ts'
import { decodeIn, Message } from '#fix/message.ts'
import { maxSeqNum, Tag } from '#fix/tags.ts'
import { parseUtc } from '#fix/time.ts'
import { copyTags, trailerTags } from './arrangement.ts'
import { type ClassCode, classify, typeCode } from './classify.ts'
import { type Constant, constant, putConstant } from './constant.ts'
import { digest, digestAndCopy } from './digest.ts'
import { endOfGroup, groupTags, sidesTag } from './groups.ts'
import { blankSourceMessage, noteHeaderOffsets, type SourceMessage } from './source-message.ts'
import {
  carriedTags,
  head,
  identifyingTags,
  isCarried,
  isMisplaced,
  lacksValue,
  moveHeaderFieldsForward,
  readStandardHeader,
} from './standard-header.ts'

/**
 * A source message as the journal keeps it: the same bytes whether it came live or by resend. One is reused for many
 * messages; the bytes are those it was read or written in, to be kept before the next one is made.
 */
export interface Canonical extends SourceMessage {
  length: number
  classCode: ClassCode
  /** 32 bits over these bytes; for a plain feed, over what stays the same in a FIX resend (ADR 10). */
  digest: number
  /** SendingTime(52) of the source's first sending, 122 of one that it sent again; epoch ms. */
  sendingTimeMs: number
  /** It came in answer to our Resend Request (43=Y on the feed), or its source has sent it again (43=Y inside). */
  recovered: boolean
  /** PossResend(97)=Y, on the feed or inside. */
  possResend: boolean
  /** RequestTime(5979), the same on every sending of one message; both 0 when absent. Absolute offsets in `bytes`. */
  requestTimeAt: number
  requestTimeEnd: number
}

/** Why a message cannot be a source message. The feed's own number is used up; the bytes are kept aside and shown. */
export type NotCanonical =
  | 'bad-field'
  | 'no-envelope'
  | 'inner-broken'
  | 'inner-checksum'
  | 'no-number'
  | 'no-sending-time'
  | 'too-long'

export const blankCanonical = (): Canonical => ({
  ...blankSourceMessage(),
  length: 0,
  classCode: 0,
  digest: 0,
  sendingTimeMs: Number.NaN,
  recovered: false,
  possResend: false,
  requestTimeAt: 0,
  requestTimeEnd: 0,
})

const openTag = constant('<RTRF>')
const closeTag = constant('</RTRF>')
const soh = 1
/** The journal keeps offsets in 16 bits. A frame ends there, but a plain feed's header may have grown. */
const longestOffset = 0xffff

/**
 * Find the source message inside a 35=n message (spec §3.3) and decode it into `inner`, where it stands in the outer
 * frame. An inner message delimited by 0x02 is corrected in place, and so is its checksum. One with a right
 * CheckSum(10) and a wrong BodyLength(9) is written again with both right. One with a wrong CheckSum is refused: any
 * byte of it may be wrong.
 */
export function unwrap(outer: Message, inner: Message): NotCanonical | undefined {
  const index = outer.find(Tag.XmlData)
  if (index < 0) return 'no-envelope'
  const start = outer.startAt(index) + openTag.length
  const end = innerEnd(outer, index)
  if (end - start < 20 || !isAt(outer.view, start - openTag.length, openTag)) return 'no-envelope'
  const { bytes, view } = outer
  const firstEnd = bytes.indexOf(soh, start)
  if (firstEnd < 0 || firstEnd >= end) mendDelimiters(bytes.subarray(start, end))
  if (bytes[start] !== 0x38 || bytes[end - 1] !== soh || bytes[end - trailerLength] !== 0x31) return 'inner-broken'
  if (!checksumHolds(view, start, end)) return 'inner-checksum'
  decodeIn(outer, start, end, inner)
  if (inner.count < 4 || inner.tagAt(1) !== Tag.BodyLength || inner.tagAt(inner.count - 1) !== Tag.CheckSum)
    return 'inner-broken'
  if (inner.intAt(1) !== bodyLengthOf(inner)) mendBodyLength(inner)
  return undefined
}

/**
 * Where `</RTRF>` begins: at the end of 213, or later where XmlDataLen(212) is too short or missing. −1: it is missing.
 */
function innerEnd(outer: Message, index: number): number {
  const end = outer.endAt(index) - closeTag.length
  return isAt(outer.view, end, closeTag)
    ? end
    : outer.bytes.subarray(0, outer.end).indexOf('</RTRF>', outer.startAt(index))
}

/** What BodyLength(9), the second field, has to say. */
const bodyLengthOf = (message: Message): number => message.end - trailerLength - message.endAt(1) - 1

function mendBodyLength(inner: Message): void {
  const { bytes, start, end } = inner
  const begins = bytes.subarray(start, inner.startAt(1))
  const frame = Buffer.concat([begins, Buffer.from(`${bodyLengthOf(inner)}`), bytes.subarray(inner.endAt(1), end)])
  sealFrame(frame)
  decodeIn(memoryOf(frame), 0, frame.length, inner)
}

/** The source session an inner message was sent on: its 56 without the fault tolerance indicator. */
export function innerSourceId(inner: Message): string {
  const index = inner.find(Tag.TargetCompID)
  return index < 0 ? '' : inner.bytes.toString('latin1', inner.startAt(index), inner.endAt(index) - 1)
}

/** An encapsulated source message is kept unchanged; only header fields inside the body move to the front. */
export function canonicaliseInner(outer: Message, inner: Message, into: Canonical): NotCanonical | undefined {
  readStandardHeader(inner)
  into.possResend = outer.is(Tag.PossResend, 'Y') || head.possResend
  into.recovered = outer.is(Tag.PossDupFlag, 'Y') || head.possDup
  const wrong = examine(inner, firstSending(), into)
  if (wrong === 'misplaced') {
    moveHeaderFieldsForward(inner, inner)
    return canonicaliseInner(outer, inner, into)
  }
  if (wrong) return wrong
  const { bytes, view, start, end } = inner
  into.digest = digest(view, start, end, 0)
  into.bytes = bytes
  into.view = view
  into.start = start
  into.length = end - start
  into.bodyEnd = end - trailerLength
  into.bodySum = (statedSum(view, into.bodyEnd) - sumBytes(view, start, into.bodyAt)) & 255
  noteHeaderOffsets(inner, into)
  return undefined
}

/** Who a plain feed's messages are from, written into every canonical header. */
export interface PlainOrigin {
  /** `49=…|50=…|56=…N|` */
  readonly header: Constant
}

export const plainOrigin = (exchange: { compId: string; subId: string }, sourceId: string): PlainOrigin => ({
  header: constant(`49=${exchange.compId}\x0150=${exchange.subId}\x0156=${sourceId}N\x01`),
})

/** A plain feed's message with its header fields in front: the feed's own stays as it came. */
const straight = new Message(256)

/** Room that `canonicalisePlain` needs beyond the message's own length. */
export const canonicalGrowth = 128

/**
 * Write the canonical form of a plain feed's message to `out` at `at`: header 8 9 35 34 [369] 52 49 50 56 [57] [143]
 * and the fields that are carried on, the exchange and the source instead of the feed's ends, 52 := 122 when it was
 * sent again, then the body unchanged.
 */
export function canonicalisePlain(
  message: Message,
  origin: PlainOrigin,
  out: Memory,
  at: number,
  into: Canonical,
): NotCanonical | undefined {
  readStandardHeader(message)
  const { view, start } = message
  into.recovered = head.possDup
  into.possResend = head.possResend
  const time = (head.possDup || head.possResend) && head.firstTime >= 0 ? head.firstTime : head.time
  const wrong = examine(message, time, into)
  if (wrong === 'misplaced') {
    moveHeaderFieldsForward(message, straight)
    return canonicalisePlain(straight, origin, out, at, into)
  }
  if (wrong) return wrong
  const from = into.bodyAt
  const trailer = message.end - trailerLength
  into.bytes = out.bytes
  into.view = out.view
  into.start = at
  into.bodyAt = writePlainHeader(message, origin, time, trailer - from, out.view, at, into)
  const moved = into.bodyAt - from
  into.bodyEnd = trailer + moved
  // over 34, 35, 52 and the body. Not over 9, 10 and the rest of the header: a sender may change those when it resends
  into.digest = digestAndCopy(view, from, trailer, headerDigest(message, time, into.seqNum), out.view, into.bodyAt)
  into.bodySum = (statedSum(view, trailer) - sumBytes(view, start, from)) & 255
  into.length = writeTrailer(out.view, into.bodyEnd, sumBytes(out.view, at, into.bodyAt) + into.bodySum) - at
  if (into.copyFlagAt > 0) into.copyFlagAt += moved
  if (Math.max(into.copyFlagAt, into.bodyAt) - at > longestOffset) return 'too-long'
  if (into.requestTimeAt > 0) {
    into.requestTimeAt += moved
    into.requestTimeEnd += moved
  }
  return undefined
}

/**
 * Index of the time of the first sending, after `readStandardHeader`: 122 where the source has sent the message again.
 */
const firstSending = (): number => (head.possDup && head.firstTime >= 0 ? head.firstTime : head.time)

/**
 * 32 bits over what stays the same when a source sends a message again with 43=Y: 34, 35, the time of the first sending
 * and the body. 0: one of them is missing.
 */
export function lastingDigest(message: Message): number {
  readStandardHeader(message)
  const time = firstSending()
  const seqNum = head.seqNum < 0 ? undefined : message.intAt(head.seqNum)
  if (seqNum === undefined || head.type < 0 || time < 0) return 0
  const bodyAt = message.endAt(head.body - 1) + 1
  return digest(message.view, bodyAt, message.end - trailerLength, headerDigest(message, time, seqNum))
}

function headerDigest(message: Message, time: number, seqNum: number): number {
  const { view } = message
  const seed = digest(view, message.startAt(head.type), message.endAt(head.type), seqNum)
  return digest(view, message.startAt(time), message.endAt(time), seed)
}

const begin = constant('8=FIX.4.2\x019=')
const fields = {
  msgType: constant('35='),
  seqNum: constant('34='),
  lastProcessed: constant('369='),
  time: constant('52='),
  operator: constant('57='),
  location: constant('143='),
}

/** Writes the header for a body of `bodyLength` bytes, notes its parts in `into`, and answers where the body goes. */
function writePlainHeader(
  message: Message,
  origin: PlainOrigin,
  time: number,
  bodyLength: number,
  out: DataView,
  at: number,
  into: Canonical,
): number {
  let length = bodyLength + origin.header.length
  length += fieldLength(message, head.type, 2) + fieldLength(message, head.seqNum, 2) + fieldLength(message, time, 2)
  length += fieldLength(message, head.lastProcessed, 3) + fieldLength(message, head.operator, 2)
  length += fieldLength(message, head.location, 3) + head.carriedLength
  let p = writeInt(out, putConstant(out, at, begin), length)
  out.setUint8(p++, soh)
  into.typeAt = p + fields.msgType.length
  p = copyField(message, head.type, fields.msgType, out, p)
  into.typeEnd = p - 1
  p = copyField(message, head.seqNum, fields.seqNum, out, p)
  into.lastProcessedAt = head.lastProcessed < 0 ? 0 : p + fields.lastProcessed.length
  p = copyField(message, head.lastProcessed, fields.lastProcessed, out, p)
  into.lastProcessedEnd = head.lastProcessed < 0 ? 0 : p - 1
  p = putConstant(out, copyField(message, time, fields.time, out, p), origin.header)
  into.operatorAt = head.operator < 0 ? 0 : p + fields.operator.length
  p = copyField(message, head.operator, fields.operator, out, p)
  into.operatorEnd = head.operator < 0 ? 0 : p - 1
  p = copyField(message, head.location, fields.location, out, p)
  if (head.carriedLength === 0) return p
  for (let i = 1; i < head.body; i++)
    if (isCarried(message.tagAt(i))) p = copyBytes(out, p, message.view, message.endAt(i - 1) + 1, message.endAt(i) + 1)
  return p
}

/** Bytes of `tag=value|` with a tag of so many digits and the value of the field at `index`; 0 when there is none. */
const fieldLength = (message: Message, index: number, digits: number): number =>
  index < 0 ? 0 : digits + 2 + message.endAt(index) - message.startAt(index)

/** The value with its SOH. */
const copyField = (message: Message, index: number, tag: Constant, out: DataView, at: number): number =>
  index < 0
    ? at
    : copyBytes(out, putConstant(out, at, tag), message.view, message.startAt(index), message.endAt(index) + 1)

/** What a body tag says to `examine`: nearly all say nothing. */
const ordinary = 0
const status = 1
const execution = 2
const requested = 3
const group = 4
const identifying = 5
/** A classic copy has to be arranged; the second kind counts the entries of a group besides. */
const arranged = 6
const arrangedGroup = 7
const roles = new Uint8Array(8192)
for (const tag of [...carriedTags, ...copyTags, ...trailerTags]) roles[tag] = arranged
for (const tag of groupTags) roles[tag] = roles[tag] === arranged ? arrangedGroup : group
roles[Tag.NoPartyIDs] = roles[sidesTag] = arrangedGroup
for (const tag of identifyingTags) roles[tag] = identifying
roles[Tag.OrdStatus] = status
roles[Tag.ExecType] = execution
roles[Tag.RequestTime] = requested

/**
 * After `readStandardHeader`. One walk over the body: class, place of 797, 5979; then number and time. Offsets are the
 * message's own. `misplaced`: header fields must be moved forward first.
 */
function examine(message: Message, time: number, into: Canonical): NotCanonical | 'misplaced' | undefined {
  if (message.fault && lacksValue(message)) return 'bad-field'
  const { bytes, tags, starts, ends } = message
  const last = message.count - 1
  let ordStatus = 0
  let execType = 0
  let flagIndex = last
  let isArranged = head.carriedLength > 0
  into.requestTimeAt = into.requestTimeEnd = 0
  for (let i = head.body; i < last; ) {
    const tag = tags[i]! // `!` here and below: i stays below the count
    if (tag > Tag.CopyMsgIndicator && flagIndex === last) flagIndex = i
    switch (tag < roles.length ? roles[tag] : ordinary) {
      case status:
        if (ordStatus === 0 || isOwn(message, i)) ordStatus = typeCode(bytes, starts[i]!, ends[i]!)
        break
      case execution:
        if (execType === 0 || isOwn(message, i)) execType = typeCode(bytes, starts[i]!, ends[i]!)
        break
      case requested:
        into.requestTimeAt = starts[i]!
        into.requestTimeEnd = ends[i]!
        break
      case identifying:
        if (isMisplaced(message, i)) return 'misplaced'
        break
      case arranged:
        isArranged = true
        break
      case arrangedGroup:
        isArranged = true
        i = endOfGroup(message, i, last)
        continue
      case group:
        i = endOfGroup(message, i, last)
        continue
    }
    i++
  }
  into.seqNum = head.seqNum < 0 ? 0 : (message.intAt(head.seqNum) ?? 0)
  if (into.seqNum === 0 || into.seqNum > maxSeqNum || head.type < 0) return 'no-number'
  into.sendingTimeMs = time < 0 ? Number.NaN : parseUtc(bytes, starts[time]!, ends[time]!)
  if (Number.isNaN(into.sendingTimeMs)) return 'no-sending-time'
  const msgType = typeCode(bytes, starts[head.type]!, ends[head.type]!)
  into.classCode = classify(msgType, ordStatus, execType)
  into.bodyAt = ends[head.body - 1]! + 1
  into.copyFlagAt = isArranged ? 0 : ends[flagIndex - 1]! + 1
  return undefined
}

/** Whether a field is real: bytes inside a sender's own data field may look like any field. */
const isOwn = (message: Message, index: number): boolean => message.dataOver(index, message.endAt(index)) < 0

function isAt(view: DataView, at: number, what: Constant): boolean {
  for (let i = 0; i < what.length; i++) if (view.getUint8(at + i) !== what.view.getUint8(i)) return false
  return true
}

/** Some environment delimited inner messages by 0x02 (spec §3.3). */
function mendDelimiters(frame: Buffer): void {
  for (let i = 0; i < frame.length; i++) if (frame[i] === 2) frame[i] = soh
  if (frame.length > trailerLength) sealFrame(frame)
}
