import { trailerLength } from './checksum.ts'
import { lengthTagOf } from './data-fields.ts'
import { type Memory, memoryOf, noMemory } from './memory.ts'
import { Reason } from './reasons.ts'
import { maxSeqNum, Tag } from './tags.ts'

/** What is wrong inside a frame whose length and checksum hold. Codes are SessionRejectReason(373) values. */
type FieldFault = {
  /** `format`: a data field and its length disagree. */
  reason: typeof Reason.invalidTag | typeof Reason.noValue | typeof Reason.format
  /** The tag to blame; absent when its number has too many digits. */
  tag?: number
}

/** A frame longer than the framer lets through cannot hold more. */
const maxCapacity = 32_768

/** The tag of bytes that cannot be read as a field: no FIX field has it. */
const noTag = 0
/** Above it and below 40,000 tags are their senders' own. */
const lastOfFix = 4999
/** How many fields in front of a place are looked at for data that may reach over it. */
const lookBack = 32

/**
 * One decoded message: offsets into the frame's bytes, nothing copied. Made to be reused: `decode` fills it again. To
 * keep a message beyond the call it was given in, take a `copy()`.
 */
export class Message {
  /** The memory that holds the frame: the chunk it came in, or a buffer of its own. */
  bytes: Buffer = noMemory.bytes
  /** The same bytes. */
  view: DataView = noMemory.view
  /** The whole frame, from `8=` to the SOH behind 10, is `bytes[start, end)`. */
  start = 0
  end = 0
  /** How many fields. */
  count = 0
  /**
   * Per field: its tag, and where its value begins and ends (exclusive) in `bytes`. Only the first `count` mean
   * anything.
   */
  tags: Int32Array
  starts: Int32Array
  ends: Int32Array
  /** The first thing wrong with the fields, if any. The other fields are readable. */
  fault: FieldFault | undefined = undefined
  /** A field has no tag number or no `=`, and no length in front of it says that it is data. Set by `decode`. */
  hasUnreadableTag = false
  /** MsgType(35) once it was asked for; `decode` takes it away. */
  private typeText: string | undefined = undefined

  constructor(capacity = 128) {
    this.tags = new Int32Array(capacity)
    this.starts = new Int32Array(capacity)
    this.ends = new Int32Array(capacity)
  }

  /** Index of the first field with this tag at or after `from`; -1 when there is none. */
  find(tag: number, from = 0): number {
    const { tags, count } = this
    for (let i = from; i < count; i++) if (tags[i] === tag) return i
    return -1
  }

  has(tag: number): boolean {
    return this.find(tag) >= 0
  }

  /** The value as text (latin1), or undefined. */
  str(tag: number): string | undefined {
    const i = this.find(tag)
    return i < 0 ? undefined : this.strAt(i)
  }

  /**
   * The value as an unsigned integer of at most 15 digits; undefined when absent or anything else. Leading zeros are
   * fine.
   */
  int(tag: number): number | undefined {
    const i = this.find(tag)
    return i < 0 ? undefined : this.intAt(i)
  }

  /** A view of the value's bytes, or undefined. */
  data(tag: number): Buffer | undefined {
    const i = this.find(tag)
    return i < 0 ? undefined : this.bytes.subarray(this.startAt(i), this.endAt(i))
  }

  /** Whether the value is exactly `text` (ASCII). Allocates nothing. */
  is(tag: number, text: string): boolean {
    const i = this.find(tag)
    return i >= 0 && this.isAt(i, text)
  }

  // `!` below: an index below `count` is set; others are the caller's bug and read as 0 or NaN offsets
  tagAt(index: number): number {
    return this.tags[index]!
  }

  startAt(index: number): number {
    return this.starts[index]!
  }

  endAt(index: number): number {
    return this.ends[index]!
  }

  strAt(index: number): string {
    return this.bytes.toString('latin1', this.starts[index]!, this.ends[index]!)
  }

  intAt(index: number): number | undefined {
    return parseDigits(this.bytes, this.starts[index]!, this.ends[index]!)
  }

  isAt(index: number, text: string): boolean {
    const start = this.starts[index]!
    if (this.ends[index]! - start !== text.length) return false
    for (let i = 0; i < text.length; i++) if (this.bytes[start + i] !== text.charCodeAt(i)) return false
    return true
  }

  /** The first three fields are not 8, 9, 35: nobody can say what the message is. */
  get isHeadless(): boolean {
    const { tags, count } = this
    return count < 3 || tags[0] !== Tag.BeginString || tags[1] !== Tag.BodyLength || tags[2] !== Tag.MsgType
  }

  /** A message to be ignored (spec §2.10): it is headless, or a field cannot be read. */
  get isGarbled(): boolean {
    return this.hasUnreadableTag || this.isHeadless
  }

  /** MsgType(35); empty when the third field is something else. */
  get msgType(): string {
    this.typeText ??= this.count > 2 && this.tags[2] === Tag.MsgType ? this.shortAt(2) : ''
    return this.typeText
  }

  /** As `strAt`; faster for the one or two characters of a MsgType. */
  private shortAt(index: number): string {
    const start = this.starts[index]!
    const length = this.ends[index]! - start
    if (length === 1) return String.fromCharCode(this.bytes[start]!)
    return length === 2 ? String.fromCharCode(this.bytes[start]!, this.bytes[start + 1]!) : this.strAt(index)
  }

  /** MsgSeqNum(34), 0 when absent or not a number of at most nine digits. */
  get seqNum(): number {
    const seqNum = this.int(Tag.MsgSeqNum) ?? 0
    return seqNum <= maxSeqNum ? seqNum : 0
  }

  /** PossDupFlag(43)=Y. */
  get possDup(): boolean {
    return this.is(Tag.PossDupFlag, 'Y')
  }

  /** A message of its own, with its own bytes, to be kept. */
  copy(): Message {
    const kept = new Message(this.count)
    decode(this.frame(), kept)
    return kept
  }

  /** The frame's bytes, for themselves. */
  frame(): Buffer {
    return Buffer.from(this.bytes.subarray(this.start, this.end))
  }

  /** Begin with another frame; only `decode` calls it. */
  reset({ bytes, view }: Memory, start: number, end: number): void {
    this.bytes = bytes
    this.view = view
    this.start = start
    this.end = end
    this.count = 0
    this.fault = undefined
    this.hasUnreadableTag = false
    this.typeText = undefined
  }

  /**
   * Index of the field before `index` that is data reaching to `to` or further, by the length that the field right
   * before it gives; −1 when there is none. Only for fields that FIX does not define: `decode` reads those
   * that it defines by length.
   */
  dataOver(index: number, to: number): number {
    for (let i = index - 1; i > 0 && i >= index - lookBack; i--) {
      if (this.tagAt(i) <= lastOfFix || this.tagAt(i - 1) <= lastOfFix) continue
      const dataEnd = this.startAt(i) + (this.intAt(i - 1) ?? 0)
      if (dataEnd >= to && dataEnd < this.end - trailerLength && this.bytes[dataEnd] === 1) return i
    }
    return -1
  }

  /**
   * Everything from the data field at `index` to where its length says it ends is one field. Answers where the next
   * begins. Only `decode` calls it.
   */
  joinData(index: number): number {
    const dataEnd = this.startAt(index) + (this.intAt(index - 1) ?? 0)
    this.ends[index] = dataEnd
    this.count = index + 1
    return dataEnd + 1
  }

  /**
   * Take the bytes from `at` up to `behind` for a field without a tag, together with such a one right before them. Only
   * `decode` calls it.
   */
  takeUntagged(at: number, behind: number): number {
    const last = this.count - 1
    if (last >= 0 && this.tags[last] === noTag) this.ends[last] = behind - 1
    else {
      if (this.count === this.tags.length) this.grow()
      this.tags[this.count] = noTag
      this.starts[this.count] = at
      this.ends[this.count++] = behind - 1
    }
    return behind
  }

  /** Room for more fields; only `decode` calls it. */
  grow(): void {
    if (this.tags.length >= maxCapacity) throw new Error('unreachable: more fields than the frame limit allows')
    const wider = (from: Int32Array) => {
      const to = new Int32Array(Math.max(16, from.length * 2))
      to.set(from)
      return to
    }
    this.tags = wider(this.tags)
    this.starts = wider(this.starts)
    this.ends = wider(this.ends)
  }
}

/**
 * Read a frame's fields into `into`. The frame must end with SOH, as every frame of the framer and every encapsulated
 * message does; its length and checksum are not looked at. Data fields (95/96, 212/213, 354/355 …) are read by length
 * when their length field comes right before them. Data fields that no version of FIX has are read by length where they
 * could not be read otherwise. Faults are values: the first one is left in `into.fault` and returned, and reading goes
 * on. Every byte is part of a field: what cannot be read as one has `noTag`.
 */
export function decode(frame: Buffer, into: Message): FieldFault | undefined {
  return decodeIn(memoryOf(frame), 0, frame.length, into)
}

/** The same of a frame that is part of other bytes. */
export function decodeIn(memory: Memory, from: number, end: number, into: Message): FieldFault | undefined {
  into.reset(memory, from, end)
  const { bytes: frame, view } = memory
  let { tags, starts, ends } = into
  let count = 0
  let at = from
  while (at < end) {
    let tag = 0
    let p = at
    let c = frame[p]! // `!` here and below: p < end, and the last byte is SOH, which ends every loop
    while (c >= 48 && c <= 57) {
      tag = tag * 10 + c - 48
      c = frame[++p]!
    }
    if (c !== 61 || tag === 0 || p - at > 9) {
      into.count = count
      at = takeUnreadable(into, at, p, tag, end)
      ;({ count, tags, starts, ends } = into)
      continue
    }
    const start = ++p
    const lengthTag = tag < lengthTagOf.length ? lengthTagOf[tag]! : 0
    if (lengthTag !== 0 && count > 0 && tags[count - 1] === lengthTag) {
      const length = parseDigits(frame, starts[count - 1]!, ends[count - 1]!) ?? -1
      // a length that reaches into the trailer is wrong: no data field is the last one
      if (length > 0 && start + length < end - trailerLength && frame[start + length] === 1) p = start + length
      else {
        into.fault ??= { reason: Reason.format, tag }
        p = behindSoh(frame, p, end) - 1
      }
    } else p = valueEnd(frame, view, p, end)
    if (p === start) into.fault ??= { reason: Reason.noValue, tag }
    if (count === tags.length) {
      into.grow()
      tags = into.tags
      starts = into.starts
      ends = into.ends
    }
    tags[count] = tag
    starts[count] = start
    ends[count] = p
    count++
    at = p + 1
  }
  into.count = count
  return into.fault
}

/**
 * Bytes at `at` that do not begin with a possible tag; their digits end at `p`. A tag number of ten digits or 0 is just
 * a fault. Bytes without a tag or a `=` may be part of data. Answers where reading goes on.
 */
function takeUnreadable(into: Message, at: number, p: number, tag: number, end: number): number {
  const behind = behindSoh(into.bytes, p, end)
  if (into.bytes[p] !== 61 || p === at) {
    const data = into.dataOver(into.count, behind - 1)
    if (data >= 0) return into.joinData(data)
    into.hasUnreadableTag = true
  }
  into.fault ??= p - at > 9 ? { reason: Reason.invalidTag } : { reason: Reason.invalidTag, tag }
  return into.takeUntagged(at, behind)
}

/**
 * Offset of the first SOH from `at` on; there is one before `end`. Four bytes at a time: decoding is an eighth faster.
 */
function valueEnd(frame: Buffer, view: DataView, at: number, end: number): number {
  let p = at
  for (const whole = end - 3; p < whole; p += 4) {
    // a byte of `word` is zero where the frame has an SOH; the lowest such byte sets the lowest bit of `found`
    const word = view.getInt32(p, true) ^ 0x01010101
    const found = (word - 0x01010101) & ~word & 0x80808080
    if (found !== 0) return p + ((31 - Math.clz32(found & -found)) >> 3)
  }
  while (frame[p] !== 1) p++
  return p
}

function behindSoh(frame: Buffer, from: number, end: number): number {
  const soh = frame.indexOf(1, from)
  return soh < 0 || soh >= end ? end : soh + 1
}

/** Unsigned decimal of 1 to 15 digits at `bytes[start, end)`, undefined when it is anything else. */
function parseDigits(bytes: Uint8Array, start: number, end: number): number | undefined {
  if (end <= start || end - start > 15) return undefined
  let value = 0
  for (let i = start; i < end; i++) {
    const digit = bytes[i]! - 48 // `!`: the callers' bounds lie inside
    if (digit < 0 || digit > 9) return undefined
    value = value * 10 + digit
  }
  return value
}
