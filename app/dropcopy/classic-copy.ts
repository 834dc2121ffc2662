import { sumBytes, writeTrailer } from '#fix/checksum.ts'
import { digitCount, writeInt } from '#fix/encode.ts'
import { copyBytes } from '#fix/memory.ts'
import { arrangeCopy, type Part } from './arrangement.ts'
import { type Constant, constant, putConstant } from './constant.ts'
import type { SourceMessage } from './source-message.ts'

/** What every copy of one target begins with. */
interface ClassicTarget {
  /** `49=…|50=…|52=` */
  readonly exchange: Constant
  /** `|56=…N|` */
  readonly self: Constant
}

/** What every copy of one source carries. */
export interface ClassicSource {
  /** `1180=…|1181=` */
  readonly session: Constant
  /** `453=1|448=…|447=D|452=7|` */
  readonly party: Constant
  /** The same without its 453. */
  readonly partyEntry: Constant
}

/** What differs from copy to copy. One is reused for many copies. */
interface ClassicTerms {
  /** MsgSeqNum(34) on the target. */
  targetSeqNum: number
  /** ApplLastSeqNum(1350); 0 leaves it out: start of a chain, first of an application resend, a late message. */
  previous: number
  /** 1352=Y: an application resend or a late message. */
  applResend: boolean
  /** SendingTime(52), 21 characters. */
  sendingTime: Constant
  /** OrigSendingTime(122): the 52 of the first sending, together with 43=Y; undefined on a first sending. */
  origSendingTime: Constant | undefined
}

export const classicTarget = (exchange: { compId: string; subId: string }, sessionId: string): ClassicTarget => ({
  exchange: constant(`49=${exchange.compId}\x0150=${exchange.subId}\x0152=`),
  self: constant(`\x0156=${sessionId}N\x01`),
})

/** `sourceId`: 3-character Session ID and 3-character Firm ID. */
export const classicSource = (sourceId: string): ClassicSource => {
  const party = `448=${sourceId.slice(3, 6)}\x01447=D\x01452=7\x01`
  return {
    session: constant(`1180=${sourceId.slice(0, 3)}\x011181=`),
    party: constant(`453=1\x01${party}`),
    partyEntry: constant(party),
  }
}

const begin = constant('8=FIX.4.2\x019=')
const msgType = constant('\x0135=')
const msgSeqNum = constant('\x0134=')
const soh = constant('\x01')
const possDup = constant('\x0143=Y\x01')
const operator = constant('57=')
const origSendingTime = constant('122=')
const lastProcessed = constant('369=')
const previous = constant('\x011350=')
const applResend = constant('1352=Y\x01')
const copyFlag = constant('797=Y\x01')
const partyCount = constant('453=')

/** The most that a copy can be longer than its source message: every insertion with its largest value. */
export const classicCopyGrowth = 256

/**
 * Write the classic copy of a source message (spec §3.1) and answer where it ends. The body is copied unchanged; 797
 * goes to its place, the firm behind the body; CheckSum(10) is put together from partial sums. A message that has
 * fields of a copy's own is arranged (ADR 40). `out` needs room for the source message and `classicCopyGrowth`. A FIX
 * resend puts 43 behind 34 and 122 behind 57 (spec §5).
 */
export function writeClassicCopy(
  out: DataView,
  at: number,
  target: ClassicTarget,
  source: ClassicSource,
  message: SourceMessage,
  terms: ClassicTerms,
): number {
  if (message.copyFlagAt === 0) return writeArranged(out, at, target, source, message, terms)
  let p = putConstant(out, at, begin)
  p = writeInt(out, p, bodyLength(target, source, message, terms))
  p = service(out, header(out, p, target, message, terms), source, message, terms)
  const sum = sumBytes(out, at, p) + message.bodySum + copyFlag.sum + source.party.sum
  p = copyBytes(out, p, message.view, message.bodyAt, message.copyFlagAt)
  p = putConstant(out, p, copyFlag)
  p = copyBytes(out, p, message.view, message.copyFlagAt, message.bodyEnd)
  return writeTrailer(out, putConstant(out, p, source.party), sum)
}

/** The same for a message that needs more than two insertions. */
function writeArranged(
  out: DataView,
  at: number,
  target: ClassicTarget,
  source: ClassicSource,
  message: SourceMessage,
  terms: ClassicTerms,
): number {
  const parts = arrangeCopy(message)
  let length = headerLength(target, message, terms)
  for (const part of parts) length += partLength(part, source, message, terms)
  let p = header(out, writeInt(out, putConstant(out, at, begin), length), target, message, terms)
  for (const part of parts) p = writePart(out, p, part, source, message, terms)
  return writeTrailer(out, p, sumBytes(out, at, p))
}

function partLength(part: Part, source: ClassicSource, message: SourceMessage, terms: ClassicTerms): number {
  switch (part.kind) {
    case 'bytes':
      return part.to - part.from
    case 'service':
      return serviceLength(source, message, terms)
    case 'copy-flag':
      return copyFlag.length
    case 'party':
      return source.party.length
    case 'party-count':
      return partyCount.length + digitCount(part.count) + 1
    case 'party-entry':
      return source.partyEntry.length
  }
}

function writePart(
  out: DataView,
  at: number,
  part: Part,
  source: ClassicSource,
  message: SourceMessage,
  terms: ClassicTerms,
): number {
  switch (part.kind) {
    case 'bytes':
      return copyBytes(out, at, message.view, part.from, part.to)
    case 'service':
      return service(out, at, source, message, terms)
    case 'copy-flag':
      return putConstant(out, at, copyFlag)
    case 'party':
      return putConstant(out, at, source.party)
    case 'party-count':
      return putConstant(out, writeInt(out, putConstant(out, at, partyCount), part.count), soh)
    case 'party-entry':
      return putConstant(out, at, source.partyEntry)
  }
}

/** 1180 to 1352. */
function service(
  out: DataView,
  at: number,
  source: ClassicSource,
  message: SourceMessage,
  terms: ClassicTerms,
): number {
  let p = writeInt(out, putConstant(out, at, source.session), message.seqNum)
  if (terms.previous > 0) p = writeInt(out, putConstant(out, p, previous), terms.previous)
  p = putConstant(out, p, soh)
  return terms.applResend ? putConstant(out, p, applResend) : p
}

/** From the SOH of 9 up to that of 369. */
function header(out: DataView, at: number, target: ClassicTarget, message: SourceMessage, terms: ClassicTerms): number {
  const { view } = message
  let p = copyBytes(out, putConstant(out, at, msgType), view, message.typeAt, message.typeEnd)
  p = writeInt(out, putConstant(out, p, msgSeqNum), terms.targetSeqNum)
  p = putConstant(out, p, terms.origSendingTime ? possDup : soh)
  p = putConstant(out, p, target.exchange)
  p = putConstant(out, p, terms.sendingTime)
  p = putConstant(out, p, target.self)
  if (message.operatorAt > 0)
    p = copyBytes(out, putConstant(out, p, operator), view, message.operatorAt, message.operatorEnd + 1)
  if (terms.origSendingTime)
    p = putConstant(out, putConstant(out, putConstant(out, p, origSendingTime), terms.origSendingTime), soh)
  if (message.lastProcessedAt > 0) {
    p = copyBytes(out, putConstant(out, p, lastProcessed), view, message.lastProcessedAt, message.lastProcessedEnd + 1)
  }
  return p
}

/** BodyLength(9): counts from 35= on, up to 10=. */
function bodyLength(target: ClassicTarget, source: ClassicSource, message: SourceMessage, terms: ClassicTerms): number {
  const body = message.bodyEnd - message.bodyAt + copyFlag.length + source.party.length
  return headerLength(target, message, terms) + serviceLength(source, message, terms) + body
}

function headerLength(target: ClassicTarget, message: SourceMessage, terms: ClassicTerms): number {
  let length = 3 + message.typeEnd - message.typeAt + 4 + digitCount(terms.targetSeqNum) + 1
  length += target.exchange.length + terms.sendingTime.length + target.self.length
  if (message.operatorAt > 0) length += 4 + message.operatorEnd - message.operatorAt
  if (terms.origSendingTime) length += 5 + terms.origSendingTime.length + 5
  return message.lastProcessedAt > 0 ? length + 5 + message.lastProcessedEnd - message.lastProcessedAt : length
}

function serviceLength(source: ClassicSource, message: SourceMessage, terms: ClassicTerms): number {
  let length = source.session.length + digitCount(message.seqNum) + 1
  if (terms.previous > 0) length += 6 + digitCount(terms.previous)
  return terms.applResend ? length + applResend.length : length
}
