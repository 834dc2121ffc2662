import { memoryOf } from '#fix/memory.ts'
import { decodeIn, type Message } from '#fix/message.ts'
import { Tag } from '#fix/tags.ts'

/**
 * Header fields that a copy takes over from the source, also where they follow body fields: on whose behalf and for
 * whom, the character set of encoded fields, secure data, XML, the application version of FIX 5.0, and hops.
 */
export const carriedTags: readonly number[] = [
  Tag.SecureDataLen,
  Tag.SecureData,
  Tag.OnBehalfOfCompID,
  Tag.OnBehalfOfSubID,
  Tag.DeliverToCompID,
  Tag.DeliverToSubID,
  Tag.OnBehalfOfLocationID,
  Tag.DeliverToLocationID,
  Tag.XmlDataLen,
  Tag.XmlData,
  Tag.MessageEncoding,
  Tag.OnBehalfOfSendingTime,
  Tag.NoHops,
  Tag.HopCompID,
  Tag.HopSendingTime,
  Tag.HopRefID,
  Tag.ApplVerID,
  Tag.CstmApplVerID,
  Tag.ApplExtID,
]
/** The header fields of a source session's messages; a copy has its own instead, or none. */
export const ownTags: readonly number[] = [
  Tag.BeginString,
  Tag.BodyLength,
  Tag.MsgSeqNum,
  Tag.MsgType,
  Tag.PossDupFlag,
  Tag.SenderCompID,
  Tag.SenderSubID,
  Tag.SendingTime,
  Tag.TargetCompID,
  Tag.TargetSubID,
  Tag.PossResend,
  Tag.OrigSendingTime,
  Tag.SenderLocationID,
  Tag.TargetLocationID,
  Tag.LastMsgSeqNumProcessed,
]
const own = 1
const carried = 2
const headerTags = new Uint8Array(2048)
for (const tag of ownTags) headerTags[tag] = own
for (const tag of carriedTags) headerTags[tag] = carried

export const isCarried = (tag: number): boolean => tag < headerTags.length && headerTags[tag] === carried

/**
 * The header fields that say whose message it is, which one, and whether it is sent again. A copy has its own instead.
 */
export const identifyingTags: readonly number[] = [
  Tag.MsgSeqNum,
  Tag.MsgType,
  Tag.PossDupFlag,
  Tag.SenderCompID,
  Tag.SenderSubID,
  Tag.SendingTime,
  Tag.TargetCompID,
  Tag.TargetSubID,
  Tag.PossResend,
  Tag.OrigSendingTime,
  Tag.TargetLocationID,
  Tag.LastMsgSeqNumProcessed,
]
/** The ones that must have a value. */
const readTags = new Set<number>([
  Tag.MsgSeqNum,
  Tag.MsgType,
  Tag.PossDupFlag,
  Tag.SenderCompID,
  Tag.SendingTime,
  Tag.TargetCompID,
  Tag.PossResend,
  Tag.OrigSendingTime,
  Tag.LastMsgSeqNumProcessed,
])

/** Whether a field that identifies the message has no value. */
export function lacksValue(message: Message): boolean {
  for (let i = 0; i < message.count; i++)
    if (message.startAt(i) === message.endAt(i) && readTags.has(message.tagAt(i))) return true
  return false
}

/**
 * Whether the field at `index`, in the body, belongs into the header that was just read, which lacks such a field.
 */
export function isMisplaced(message: Message, index: number): boolean {
  const tag = message.tagAt(index)
  return message.find(tag) === index && message.dataOver(index, message.endAt(index)) < 0
}

/**
 * Copy a message whose header was just read, with its identifying fields moved in front of all others, and decode the
 * copy into `into`, which may be the message itself. Length and checksum stay as they are.
 */
export function moveHeaderFieldsForward(message: Message, into: Message): void {
  const front: Buffer[] = []
  const rest: Buffer[] = []
  for (let i = 0, at = message.start; i < message.count; i++) {
    const behind = message.endAt(i) + 1
    const isFront = i < head.body || (identifyingTags.includes(message.tagAt(i)) && isMisplaced(message, i))
    const part = isFront ? front : rest
    part.push(message.bytes.subarray(at, behind))
    at = behind
  }
  const frame = Buffer.concat([...front, ...rest])
  decodeIn(memoryOf(frame), 0, frame.length, into)
}

/** Where the fields of a standard header are, of the message read last: indexes, −1 for what is absent. */
export const head = {
  type: -1,
  seqNum: -1,
  time: -1,
  /** OrigSendingTime(122). */
  firstTime: -1,
  operator: -1,
  lastProcessed: -1,
  location: -1,
  possDup: false,
  possResend: false,
  /** Bytes of the carried fields, with tags and delimiters; 0 for none. */
  carriedLength: 0,
  /** Index of the first field that is not of the header; that of 10 when there is no body. */
  body: 0,
}

/** Fills `head`, in one pass over the header's fields. */
export function readStandardHeader(message: Message): void {
  head.type = head.seqNum = head.time = head.firstTime = head.operator = head.lastProcessed = head.location = -1
  head.possDup = head.possResend = false
  head.carriedLength = 0
  const { tags, count } = message
  let i = 0
  for (; i < count; i++) {
    const tag = tags[i]! // `!`: i stays below the count
    const kind = tag < headerTags.length ? headerTags[tag] : 0
    if (kind === own) noteField(message, tag, i)
    else if (kind === carried) head.carriedLength += message.endAt(i) - message.endAt(i - 1)
    else break
  }
  head.body = i
}

/** Constants of this file: asked of every field of a header, where a look-up in `Tag` costs. */
const {
  MsgType: msgType,
  MsgSeqNum: msgSeqNum,
  SendingTime: sendingTime,
  OrigSendingTime: origSendingTime,
  TargetSubID: targetSubID,
  LastMsgSeqNumProcessed: lastMsgSeqNumProcessed,
  TargetLocationID: targetLocationID,
  PossDupFlag: possDupFlag,
  PossResend: possResend,
} = Tag

function noteField(message: Message, tag: number, index: number): void {
  switch (tag) {
    case msgType:
      head.type = index
      return
    case msgSeqNum:
      head.seqNum = index
      return
    case sendingTime:
      head.time = index
      return
    case origSendingTime:
      head.firstTime = index
      return
    case targetSubID:
      head.operator = index
      return
    case lastMsgSeqNumProcessed:
      head.lastProcessed = index
      return
    case targetLocationID:
      head.location = index
      return
    case possDupFlag:
      head.possDup = message.isAt(index, 'Y')
      return
    case possResend:
      head.possResend = message.isAt(index, 'Y')
  }
}
