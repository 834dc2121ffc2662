import { statedSum, sumBytes, trailerLength } from '#fix/checksum.ts'
import { type Memory, noMemory } from '#fix/memory.ts'
import { decodeIn, Message } from '#fix/message.ts'
import { Tag } from '#fix/tags.ts'
import { head, readStandardHeader } from './standard-header.ts'

/**
 * Where the parts of a canonical source message lie: absolute offsets in `bytes` and `view`, which are the same memory.
 * One is reused for many messages.
 */
export interface SourceMessage {
  bytes: Buffer
  view: DataView
  start: number
  /** MsgSeqNum(34): the source number, 1181 of a copy. */
  seqNum: number
  /** MsgType(35). */
  typeAt: number
  typeEnd: number
  /** TargetSubID(57), the operator; both 0 when absent. */
  operatorAt: number
  operatorEnd: number
  /** LastMsgSeqNumProcessed(369); both 0 when absent. */
  lastProcessedAt: number
  lastProcessedEnd: number
  /** First body tag. */
  bodyAt: number
  /**
   * Where 797 goes: before the first tag above it outside repeating groups. 0: a classic copy of it has to be arranged
   * (`arrangeCopy`), since the message has fields of a copy, or fields that belong into a copy's header or trailer.
   */
  copyFlagAt: number
  /** Behind the SOH of the last body field, where 10= begins. */
  bodyEnd: number
  /** Byte sum of the body modulo 256. */
  bodySum: number
}

const equals = 0x3d
const soh = 1

export const blankSourceMessage = (): SourceMessage => ({
  ...noMemory,
  start: 0,
  seqNum: 0,
  typeAt: 0,
  typeEnd: 0,
  operatorAt: 0,
  operatorEnd: 0,
  lastProcessedAt: 0,
  lastProcessedEnd: 0,
  bodyAt: 0,
  copyFlagAt: 0,
  bodyEnd: 0,
  bodySum: 0,
})

/** `copyFlagAt` from `start` on, as the journal keeps it. */
export const copyFlagOffset = ({ copyFlagAt, start }: Pick<SourceMessage, 'copyFlagAt' | 'start'>): number =>
  copyFlagAt === 0 ? 0 : copyFlagAt - start

/**
 * Read the parts of a canonical source message, in a feed's buffer or in the journal. `bodyAt` and `copyFlagAt` are
 * offsets from `start`, as the journal keeps them. Reads the header only: the body's byte sum follows from
 * CheckSum(10), so the message must be one whose checksum was verified or written by ourselves.
 */
export function readSource(
  { bytes, view }: Memory,
  start: number,
  length: number,
  bodyAt: number,
  copyFlagAt: number,
  into: SourceMessage,
): SourceMessage {
  into.bytes = bytes
  into.view = view
  into.start = start
  into.bodyAt = start + bodyAt
  into.copyFlagAt = copyFlagAt === 0 ? 0 : start + copyFlagAt
  const trailer = start + length - trailerLength
  into.bodyEnd = trailer
  into.seqNum = 0
  into.typeAt = into.typeEnd = into.operatorAt = into.operatorEnd = into.lastProcessedAt = into.lastProcessedEnd = 0
  const headerSum = copyFlagAt === 0 ? readFields(start + length, into) : readHeader(bytes, start, into.bodyAt, into)
  into.bodySum = (statedSum(view, trailer) - headerSum) & 255
  return into
}

const whole = new Message(256)

/** The same of a message to be arranged, whose header may hold data: field by field. */
function readFields(end: number, into: SourceMessage): number {
  decodeIn(into, into.start, end, whole)
  readStandardHeader(whole)
  into.seqNum = whole.seqNum
  noteHeaderOffsets(whole, into)
  return sumBytes(into.view, into.start, into.bodyAt)
}

/** Notes the fields that a copy takes from the header, after `readStandardHeader`. */
export function noteHeaderOffsets(message: Message, into: SourceMessage): void {
  into.typeAt = message.startAt(head.type)
  into.typeEnd = message.endAt(head.type)
  into.operatorAt = head.operator < 0 ? 0 : message.startAt(head.operator)
  into.operatorEnd = head.operator < 0 ? 0 : message.endAt(head.operator)
  into.lastProcessedAt = head.lastProcessed < 0 ? 0 : message.startAt(head.lastProcessed)
  into.lastProcessedEnd = head.lastProcessed < 0 ? 0 : message.endAt(head.lastProcessed)
}

/** One pass: the fields a copy needs, and the byte sum, which is the answer. */
function readHeader(bytes: Uint8Array, start: number, end: number, into: SourceMessage): number {
  let sum = 0
  let at = start
  while (at < end) {
    let tag = 0
    let byte = bytes[at]!
    for (; byte !== equals && at < end; byte = bytes[++at]!) {
      sum += byte
      tag = tag * 10 + byte - 48
    }
    sum += byte
    const valueAt = ++at
    for (byte = bytes[at]!; byte !== soh && at < end; byte = bytes[++at]!) sum += byte
    sum += byte
    note(bytes, tag, valueAt, at, into)
    at++
  }
  return sum
}

/** Constants of this file: asked of every field of a header, where a look-up in `Tag` costs. */
const {
  MsgSeqNum: msgSeqNum,
  MsgType: msgType,
  TargetSubID: targetSubID,
  LastMsgSeqNumProcessed: lastMsgSeqNumProcessed,
} = Tag

function note(bytes: Uint8Array, tag: number, at: number, end: number, into: SourceMessage): void {
  switch (tag) {
    case msgSeqNum:
      for (let i = at; i < end; i++) into.seqNum = into.seqNum * 10 + bytes[i]! - 48
      return
    case msgType:
      into.typeAt = at
      into.typeEnd = end
      return
    case targetSubID:
      into.operatorAt = at
      into.operatorEnd = end
      return
    case lastMsgSeqNumProcessed:
      into.lastProcessedAt = at
      into.lastProcessedEnd = end
      return
  }
}
