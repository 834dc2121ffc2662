import type { Violation } from './drafts.ts'
import type { Message } from './message.ts'
import { Reason } from './reasons.ts'
import type { SessionConfig } from './session-state.ts'
import { isSessionType, MsgType, Tag } from './tags.ts'
import { parseUtc } from './time.ts'

/** Fields of FIX 4.2's standard header, and of its trailer. */
const header = new Set<number>([
  Tag.BeginString,
  Tag.BodyLength,
  Tag.MsgType,
  Tag.MsgSeqNum,
  Tag.PossDupFlag,
  Tag.SenderCompID,
  Tag.SenderSubID,
  Tag.SendingTime,
  Tag.TargetCompID,
  Tag.TargetSubID,
  Tag.SecureDataLen,
  Tag.SecureData,
  Tag.PossResend,
  Tag.OnBehalfOfCompID,
  Tag.OnBehalfOfSubID,
  Tag.OrigSendingTime,
  Tag.DeliverToCompID,
  Tag.DeliverToSubID,
  Tag.SenderLocationID,
  Tag.TargetLocationID,
  Tag.OnBehalfOfLocationID,
  Tag.DeliverToLocationID,
  Tag.XmlDataLen,
  Tag.XmlData,
  Tag.MessageEncoding,
  Tag.LastMsgSeqNumProcessed,
  Tag.OnBehalfOfSendingTime,
])
const trailer = new Set<number>([Tag.SignatureLength, Tag.Signature, Tag.CheckSum])

/** What the body of a session message may hold: FIX 4.2, and 789 and 9553 (spec §2.7). */
const bodies: Readonly<Record<string, readonly number[]>> = {
  [MsgType.Heartbeat]: [Tag.TestReqID],
  [MsgType.TestRequest]: [Tag.TestReqID],
  [MsgType.ResendRequest]: [Tag.BeginSeqNo, Tag.EndSeqNo],
  [MsgType.Reject]: [
    Tag.RefSeqNum,
    Tag.Text,
    Tag.EncodedTextLen,
    Tag.EncodedText,
    Tag.RefTagID,
    Tag.RefMsgType,
    Tag.SessionRejectReason,
  ],
  [MsgType.SequenceReset]: [Tag.NewSeqNo, Tag.GapFillFlag],
  [MsgType.Logout]: [Tag.Text, Tag.EncodedTextLen, Tag.EncodedText, Tag.NextExpectedMsgSeqNum, 9553],
}

/** FIX 4.2 ends at 446; above it only what Drop Copy uses is defined (spec §12). */
const lastOfFix42 = 446
const later = new Set([
  447, 448, 452, 453, 527, 533, 534, 535, 584, 789, 797, 893, 1028, 1057, 1180, 1181, 1182, 1183, 1300, 1346, 1347,
  1348, 1350, 1351, 1352, 1353, 1354, 1355, 1356, 1357, 1369, 1373, 1374, 1375, 1400, 1401, 1402, 1426, 1603, 1604,
  1605, 5979, 9553, 9717, 37711,
])
const isDefined = (tag: number): boolean => tag <= lastOfFix42 || later.has(tag)

/** Header and session fields whose values have a form; 7, 16, 34, 36, 52 and 108 are judged where they are used. */
const formats: ReadonlyMap<number, 'flag' | 'number' | 'time'> = new Map([
  [Tag.PossDupFlag, 'flag'],
  [Tag.PossResend, 'flag'],
  [Tag.GapFillFlag, 'flag'],
  [Tag.OrigSendingTime, 'time'],
  [Tag.RefSeqNum, 'number'],
  [Tag.LastMsgSeqNumProcessed, 'number'],
  [Tag.RefTagID, 'number'],
  [Tag.SessionRejectReason, 'number'],
  [Tag.NextExpectedMsgSeqNum, 'number'],
])

/**
 * Whether every field of a message must be readable and have a value. This holds for session messages and, where the
 * policy says so, for all other messages of a client. The application messages of a gateway or a venue are handed on
 * unchanged: they must not be lost because of a field that nobody here uses.
 */
export const isHeldToReadableFields = ({ role, policy }: SessionConfig, msgType: string): boolean =>
  isSessionType(msgType) || (role === 'acceptor' && policy.fieldRules === 'all')

/**
 * Whether a message must keep the rules below. These are the same messages except the Logon: a Logon must have the
 * fields that it needs, and further fields do no harm.
 */
export const isHeldToFieldRules = (config: SessionConfig, msgType: string): boolean =>
  msgType !== MsgType.Logon && isHeldToReadableFields(config, msgType)

/**
 * The first field that is in the wrong place, is repeated, does not belong into the message, or is malformed (FIX
 * session layer, receive application or session level message with bad fields). Repeating groups may repeat their
 * fields: only the header of an application message may not. What venues and gateways send may have fields of their
 * own.
 */
export function fieldViolation(config: SessionConfig, message: Message): Violation | undefined {
  if (!isHeldToFieldRules(config, message.msgType)) return undefined
  const body = bodies[message.msgType]
  const knowsAllTags = config.role === 'acceptor' && config.policy.fieldRules === 'all'
  const seen = new Set<number>()
  let region = 0 // 0 header, 1 body, 2 trailer
  for (let i = 0; i < message.count; i++) {
    const tag = message.tagAt(i)
    const own = header.has(tag) ? 0 : trailer.has(tag) ? 2 : 1
    if ((own !== 1 || body) && seen.has(tag)) return violation(tag, Reason.repeated)
    seen.add(tag)
    if (own < region) return violation(tag, Reason.misplaced)
    region = own
    if (own === 1 && knowsAllTags) {
      if (!isDefined(tag)) return violation(tag, Reason.invalidTag)
      if (body && !body.includes(tag)) return violation(tag, Reason.notForType)
    }
    if ((body || own !== 1) && !isWellFormed(message, i)) return violation(tag, Reason.format)
  }
  return undefined
}

const texts = {
  [Reason.invalidTag]: 'Invalid tag number',
  [Reason.notForType]: 'Tag not defined for this message type',
  [Reason.format]: 'Incorrect data format for value',
  [Reason.repeated]: 'Tag appears more than once',
  [Reason.misplaced]: 'Tag specified out of required order',
} as const

const violation = (tag: number, reason: keyof typeof texts): Violation => ({ text: texts[reason], tag, reason })

function isWellFormed(message: Message, index: number): boolean {
  switch (formats.get(message.tagAt(index))) {
    case 'flag':
      return message.isAt(index, 'Y') || message.isAt(index, 'N')
    case 'number':
      return message.intAt(index) !== undefined
    case 'time':
      return !Number.isNaN(parseUtc(message.bytes, message.startAt(index), message.endAt(index)))
    case undefined:
      return true
  }
}
