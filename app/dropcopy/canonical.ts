import { checksumHolds, sumBytes, writeTrailer } from '#fix/checksum.ts'
import { digitCount, writeInt } from '#fix/encode.ts'
import { decode, type Message } from '#fix/message.ts'
import { parseUtc } from '#fix/time.ts'
import { type ClassCode, classify, typeCode } from './classify.ts'
import { type Constant, constant } from './constant.ts'
import { digest } from './digest.ts'
import { behindGroup } from './groups.ts'

/**
 * A source message as the journal keeps it: the same bytes whether it came live or by resend. One is reused for many
 * messages; the bytes are a view, to be copied before the next one is made.
 */
export interface Canonical {
  bytes: Uint8Array
  start: number
  length: number
  /** MsgSeqNum(34) of the source. */
  seqNum: number
  classCode: ClassCode
  /** First body tag, and where 797 goes on a classic copy: offsets from `start`. */
  bodyAt: number
  copyFlagAt: number
  /** 32 bits over these bytes; of a plain feed's message over what a FIX resend leaves as it was (ADR 10). */
  digest: number
  /** SendingTime(52) of the source's first sending, epoch ms. */
  sendingTimeMs: number
  /** It came in answer to our Resend Request (43=Y on the feed). */
  recovered: boolean
  /** PossResend(97)=Y, on the feed or inside. */
  possResend: boolean
  /** RequestTime(5979), the same on every sending of one message; both 0 when absent. Absolute offsets in `bytes`. */
  requestTimeAt: number
  requestTimeEnd: number
}

/** Why a message cannot be a source message. The feed's own number is used up; the bytes are kept aside and shown. */
export type NotCanonical = 'no-envelope' | 'inner-broken' | 'inner-checksum' | 'no-number' | 'no-sending-time'

export const blankCanonical = (): Canonical => ({
  bytes: new Uint8Array(0),
  start: 0,
  length: 0,
  seqNum: 0,
  classCode: 0,
  bodyAt: 0,
  copyFlagAt: 0,
  digest: 0,
  sendingTimeMs: Number.NaN,
  recovered: false,
  possResend: false,
  requestTimeAt: 0,
  requestTimeEnd: 0,
})

const openTag = constant('<RTRF>').bytes
const closeTag = constant('</RTRF>').bytes
const soh = 1

/**
 * Find the source message inside a 35=n message (spec §3.3) and decode it into `inner`, whose bytes are a view into the
 * outer frame. An inner message delimited by 0x02 is mended in place, its checksum with it.
 */
export function unwrap(outer: Message, inner: Message): NotCanonical | undefined {
  const index = outer.find(213)
  if (index < 0) return 'no-envelope'
  const start = outer.startAt(index) + openTag.length
  const end = outer.endAt(index) - closeTag.length
  if (end - start < 20 || !isAt(outer.bytes, start - openTag.length, openTag)) return 'no-envelope'
  if (!isAt(outer.bytes, end, closeTag)) return 'no-envelope'
  const frame = outer.bytes.subarray(start, end)
  if (frame.indexOf(soh) < 0) mendDelimiters(frame)
  if (frame[0] !== 0x38 || frame[end - start - 1] !== soh || frame[end - start - 7] !== 0x31) return 'inner-broken'
  if (!checksumHolds(frame)) return 'inner-checksum'
  return decode(frame, inner) === undefined && inner.tagAt(inner.count - 1) === 10 ? undefined : 'inner-broken'
}

/** The source session an inner message was sent on: its 56 without the fault tolerance indicator. */
export function innerSourceId(inner: Message): string {
  const index = inner.find(56)
  return index < 0 ? '' : inner.bytes.toString('latin1', inner.startAt(index), inner.endAt(index) - 1)
}

/** An encapsulated source message is kept as it stands. */
export function canonicaliseInner(outer: Message, inner: Message, into: Canonical): NotCanonical | undefined {
  into.bytes = inner.bytes
  into.start = 0
  into.length = inner.bytes.length
  into.recovered = outer.is(43, 'Y')
  into.possResend = outer.is(97, 'Y') || inner.is(97, 'Y')
  const body = bodyIndex(inner)
  into.bodyAt = inner.endAt(body - 1) + 1
  into.digest = digest(inner.bytes, 0, inner.bytes.length, 0)
  return judge(inner, body, inner.find(52), into)
}

/** Who a plain feed's messages are from, written into every canonical header. */
export interface PlainOrigin {
  /** `49=…|50=…|56=…N|` */
  readonly header: Constant
}

export const plainOrigin = (exchange: { compId: string; subId: string }, sourceId: string): PlainOrigin => ({
  header: constant(`49=${exchange.compId}\x0150=${exchange.subId}\x0156=${sourceId}N\x01`),
})

/** Room that `canonicalisePlain` needs beyond the message's own length. */
export const canonicalGrowth = 128

/**
 * Write the canonical form of a plain feed's message to `out` at `at`: header 8 9 35 34 [369] 52 49 50 56 [57] [143], the
 * exchange and the source instead of the feed's ends, 52 := 122 when it was sent again, then the body as it stands.
 */
export function canonicalisePlain(
  message: Message,
  origin: PlainOrigin,
  out: Buffer,
  at: number,
  into: Canonical,
): NotCanonical | undefined {
  const body = bodyIndex(message)
  into.recovered = message.is(43, 'Y')
  into.possResend = message.is(97, 'Y')
  const resentTime = into.recovered || into.possResend ? message.find(122) : -1
  const time = resentTime < 0 ? message.find(52) : resentTime
  into.bodyAt = message.endAt(body - 1) + 1
  const wrong = judge(message, body, time, into)
  if (wrong) return wrong
  const from = into.bodyAt
  into.digest = resendProofDigest(message, time, from, into.seqNum)
  into.bytes = out
  into.start = at
  const bodyLength = message.startAt(message.count - 1) - 3 - from
  const bodyStart = writePlainHeader(message, origin, time, bodyLength, out, at)
  const bodyEnd = bodyStart + bodyLength
  out.set(message.bytes.subarray(from, from + bodyLength), bodyStart)
  const end = writeTrailer(out, bodyEnd, sumBytes(out, at, bodyEnd))
  const moved = bodyStart - from
  into.length = end - at
  into.copyFlagAt += moved - at
  into.bodyAt = bodyStart - at
  if (into.requestTimeAt > 0) {
    into.requestTimeAt += moved
    into.requestTimeEnd += moved
  }
  return undefined
}

/** Over 34, 35, 52 and the body: not over 57, 143 and 369, which a sender may write anew on a resend, nor 9 and 10, which follow them. */
function resendProofDigest(message: Message, time: number, bodyAt: number, seqNum: number): number {
  const { bytes } = message
  const type = message.find(35)
  const seed = digest(bytes, message.startAt(type), message.endAt(type), seqNum)
  const timed = digest(bytes, message.startAt(time), message.endAt(time), seed)
  return digest(bytes, bodyAt, message.startAt(message.count - 1) - 3, timed)
}

const beginning = constant('8=FIX.4.2\x019=')
const keptTags = [35, 34, 369, 57, 143] as const

function writePlainHeader(
  message: Message,
  origin: PlainOrigin,
  time: number,
  bodyLength: number,
  out: Buffer,
  at: number,
): number {
  let length = bodyLength + origin.header.bytes.length + fieldLength(message, time, 52)
  for (const tag of keptTags) length += fieldLength(message, message.find(tag), tag)
  out.set(beginning.bytes, at)
  let p = writeInt(out, at + beginning.bytes.length, length)
  out[p++] = soh
  p = copyField(message, message.find(35), 35, out, p)
  p = copyField(message, message.find(34), 34, out, p)
  p = copyField(message, message.find(369), 369, out, p)
  p = copyField(message, time, 52, out, p)
  out.set(origin.header.bytes, p)
  p = copyField(message, message.find(57), 57, out, p + origin.header.bytes.length)
  return copyField(message, message.find(143), 143, out, p)
}

/** Bytes of `tag=value|` with the value of the field at `index`; 0 when there is none. */
const fieldLength = (message: Message, index: number, tag: number): number =>
  index < 0 ? 0 : digitCount(tag) + 2 + message.endAt(index) - message.startAt(index)

function copyField(message: Message, index: number, tag: number, out: Buffer, at: number): number {
  if (index < 0) return at
  let p = writeInt(out, at, tag)
  out[p++] = 0x3d
  for (let i = message.startAt(index); i < message.endAt(index); i++) out[p++] = message.bytes[i]! // inside the frame
  out[p++] = soh
  return p
}

const headerTags = new Uint8Array(512)
for (const tag of [8, 9, 34, 35, 43, 49, 50, 52, 56, 57, 90, 91, 97, 115, 116, 122, 128, 129]) headerTags[tag] = 1
for (const tag of [142, 143, 144, 145, 347, 369, 370]) headerTags[tag] = 1

/** Index of the first field that is not of the standard header; that of 10 when there is no body. */
function bodyIndex(message: Message): number {
  let index = 0
  while (index < message.count && message.tagAt(index) < 512 && headerTags[message.tagAt(index)] === 1) index++
  return index
}

/** One walk over the body: class, place of 797, 5979; then number and time. Offsets are the message's own. */
function judge(message: Message, body: number, time: number, into: Canonical): NotCanonical | undefined {
  const { bytes, tags, starts, ends } = message
  const last = message.count - 1
  let ordStatus = 0
  let execType = 0
  let flagIndex = last
  into.requestTimeAt = into.requestTimeEnd = 0
  for (let i = body; i < last; i = behindGroup(tags, i, last)) {
    const tag = tags[i]! // `!` here and below: i stays below the count
    if (tag > 797 && flagIndex === last) flagIndex = i
    if (tag === 39) ordStatus = typeCode(bytes, starts[i]!, ends[i]!)
    else if (tag === 150) execType = typeCode(bytes, starts[i]!, ends[i]!)
    else if (tag === 5979) {
      into.requestTimeAt = starts[i]!
      into.requestTimeEnd = ends[i]!
    }
  }
  const type = message.find(35)
  const msgType = type < 0 ? 0 : typeCode(bytes, message.startAt(type), message.endAt(type))
  into.seqNum = message.int(34) ?? 0
  if (into.seqNum === 0) return 'no-number'
  into.sendingTimeMs = time < 0 ? Number.NaN : parseUtc(bytes, message.startAt(time), message.endAt(time))
  if (Number.isNaN(into.sendingTimeMs)) return 'no-sending-time'
  into.classCode = classify(msgType, ordStatus, execType)
  into.copyFlagAt = message.endAt(flagIndex - 1) + 1
  return undefined
}

function isAt(bytes: Uint8Array, at: number, what: Uint8Array): boolean {
  for (let i = 0; i < what.length; i++) if (bytes[at + i] !== what[i]) return false
  return true
}

/** Some environment delimited inner messages by 0x02 (spec §3.3). */
function mendDelimiters(frame: Buffer): void {
  for (let i = 0; i < frame.length; i++) if (frame[i] === 2) frame[i] = soh
  if (frame.length > 7) writeTrailer(frame, frame.length - 7, sumBytes(frame, 0, frame.length - 7))
}
