import { statedSum, sumBytes, trailerLength, writeTrailer } from '#fix/checksum.ts'
import { digitCount, writeInt } from '#fix/encode.ts'
import { copyBytes } from '#fix/memory.ts'
import { type Constant, constant, putConstant } from './constant.ts'
import type { SourceMessage } from './source-message.ts'

/** What every copy of one target holds as long as one client is logged on. */
export interface Dc4Target {
  /** `49=…|50=…|56=…N|57=…|` */
  readonly ends: Constant
  /** `143=…|`, empty when the client's Logon had no 142. */
  readonly location: Constant
}

/** What differs from copy to copy. One is reused for many copies. */
export interface Dc4Terms {
  /** MsgSeqNum(34) on the target. */
  targetSeqNum: number
  /** LastMsgSeqNumProcessed(369): of the target's client, not of the source. */
  lastProcessed: number
  /** PossResend(97)=Y. */
  possResend: boolean
  /** SendingTime(52), 21 characters. */
  sendingTime: Constant
  /** OrigSendingTime(122): the 52 of the first sending, together with 43=Y; undefined on a first sending. */
  origSendingTime: Constant | undefined
}

/** `subId`: `G`, or the market segment (spec §2.3). `peer`: 50 and 142 of the present Logon. */
export const dc4Target = (
  exchange: { compId: string; subId: string },
  sessionId: string,
  peer: { subId?: string | undefined; locationId?: string | undefined },
): Dc4Target => ({
  ends: constant(
    `49=${exchange.compId}\x0150=${exchange.subId}\x0156=${sessionId}N\x01${peer.subId ? `57=${peer.subId}\x01` : ''}`,
  ),
  location: constant(peer.locationId ? `143=${peer.locationId}\x01` : ''),
})

const begin = constant('8=FIX.4.2\x019=')
const afterLength = constant('\x0135=n\x0134=')
const lastProcessed = constant('\x01369=')
const sendingTime = constant('\x0152=')
const soh = constant('\x01')
const possDup = constant('43=Y\x01')
const possResend = constant('97=Y\x01')
const origSendingTime = constant('122=')
const dataLength = constant('212=')
const data = constant('\x01213=<RTRF>')
const dataEnd = constant('</RTRF>\x01')
/** `<RTRF>` and `</RTRF>`, which 212 counts. */
const tagsLength = 13

/** Tags, numbers and times of the envelope, each at its longest. */
const envelope = 192

/** The most that a copy can be longer than its source message. 50 and 142 are the client's: they may be long. */
export const dc4CopyGrowth = (target: Dc4Target): number => envelope + target.ends.length + target.location.length

/** A longer 213 is more than the field's documented size (spec §3.3); we deliver it. */
export const dc4DataLimit = 8_000

/** XmlDataLen(212) of a source message's copy. */
export const dc4DataLength = (message: SourceMessage): number =>
  message.bodyEnd + trailerLength - message.start + tagsLength

/**
 * Write the Drop Copy 4.0 copy of a source message (spec §3.3) and answer where it ends: 35=n with the whole message
 * unchanged between `<RTRF>` and `</RTRF>`. CheckSum(10) is put together from partial sums, so that the bytes of the
 * inner message are only moved. `out` needs room for the source message and `dc4CopyGrowth`.
 */
export function writeDc4Copy(
  out: DataView,
  at: number,
  target: Dc4Target,
  message: SourceMessage,
  terms: Dc4Terms,
): number {
  const { view } = message
  const inner = message.bodyEnd + trailerLength
  let p = putConstant(out, at, begin)
  p = writeInt(out, p, bodyLength(target, message, terms))
  p = writeInt(out, putConstant(out, p, afterLength), terms.targetSeqNum)
  p = writeInt(out, putConstant(out, p, lastProcessed), terms.lastProcessed)
  p = putConstant(out, putConstant(out, putConstant(out, p, sendingTime), terms.sendingTime), soh)
  if (terms.origSendingTime) p = putConstant(out, p, possDup)
  if (terms.possResend) p = putConstant(out, p, possResend)
  p = putConstant(out, p, target.ends)
  if (terms.origSendingTime)
    p = putConstant(out, putConstant(out, putConstant(out, p, origSendingTime), terms.origSendingTime), soh)
  p = writeInt(out, putConstant(out, putConstant(out, p, target.location), dataLength), dc4DataLength(message))
  const innerSum = statedSum(view, message.bodyEnd) + sumBytes(view, message.bodyEnd, inner)
  const sum = sumBytes(out, at, p) + data.sum + innerSum + dataEnd.sum
  p = copyBytes(out, putConstant(out, p, data), view, message.start, inner)
  return writeTrailer(out, putConstant(out, p, dataEnd), sum)
}

/** BodyLength(9): counts from 35= on, up to 10=. */
function bodyLength(target: Dc4Target, message: SourceMessage, terms: Dc4Terms): number {
  const inEnvelope = dc4DataLength(message)
  let length = afterLength.length - 1 + digitCount(terms.targetSeqNum)
  length += lastProcessed.length + digitCount(terms.lastProcessed)
  length += sendingTime.length + terms.sendingTime.length + 1
  length += target.ends.length + target.location.length
  if (terms.origSendingTime) length += possDup.length + origSendingTime.length + terms.origSendingTime.length + 1
  if (terms.possResend) length += possResend.length
  return length + dataLength.length + digitCount(inEnvelope) + 5 + inEnvelope + 1 // `|213=` before the data, SOH behind
}
