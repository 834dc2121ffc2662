import type { Field } from './encode.ts'
import { Tag } from './tags.ts'
import { formatUtc } from './time.ts'

/**
 * The order of the header fields behind 8, 9 and 35: one row for each dialect.
 * Fields without a value are left out.
 */
const headerLayouts = {
  /** What a Classic target receives: spec §2.3, with 43 and 122 as spec §5 suggests. */
  'classic-server': [
    Tag.MsgSeqNum,
    Tag.PossDupFlag,
    Tag.SenderCompID,
    Tag.SenderSubID,
    Tag.SendingTime,
    Tag.TargetCompID,
    Tag.TargetSubID,
    Tag.OrigSendingTime,
    Tag.LastMsgSeqNumProcessed,
  ],
  /** What a Drop Copy 4.0 target receives: spec §2.3. */
  'dc4-server': [
    Tag.MsgSeqNum,
    Tag.LastMsgSeqNumProcessed,
    Tag.SendingTime,
    Tag.PossDupFlag,
    Tag.PossResend,
    Tag.SenderCompID,
    Tag.SenderSubID,
    Tag.TargetCompID,
    Tag.TargetSubID,
    Tag.OrigSendingTime,
    Tag.TargetLocationID,
  ],
  /** What a client sends: spec §2.2. Feeds and the simulated gateway use it too. */
  client: [
    Tag.MsgSeqNum,
    Tag.PossDupFlag,
    Tag.SenderCompID,
    Tag.SenderSubID,
    Tag.SendingTime,
    Tag.TargetCompID,
    Tag.TargetSubID,
    Tag.OrigSendingTime,
    Tag.SenderLocationID,
    Tag.LastMsgSeqNumProcessed,
  ],
} as const satisfies Record<string, readonly number[]>

type HeaderLayout = keyof typeof headerLayouts

/** Who we are in the header of what we send. What is left out is not written. */
export type Identity = {
  layout: HeaderLayout
  /** 49 and 56. */
  senderCompId: string
  targetCompId: string
  /** 50; 57 when it is fixed (an acceptor leaves it out: it writes the 50 of the peer's Logon). */
  senderSubId?: string
  targetSubId?: string
  /** 142. */
  senderLocationId?: string
  /** Whether new messages carry 43=N, as the known Classic client does. */
  possDupN?: boolean
  /** Whether 369 is written. Default: yes. */
  lastProcessed?: boolean
}

/** What changes from message to message. */
type HeaderValues = {
  seqNum: number
  sendingTimeMs: number
  lastProcessed: number
  /** 57 and 143 as learned from the peer's Logon. */
  peerSubId?: string | undefined
  peerLocationId?: string | undefined
  /** Set on a message sent again: 43=Y and 122. */
  origSendingTimeMs?: number | undefined
}

/** 35 and the header fields in the order of the identity's layout. */
export function headerFields(identity: Identity, msgType: string, values: HeaderValues): Field[] {
  const fields: Field[] = [[Tag.MsgType, msgType]]
  for (const tag of headerLayouts[identity.layout]) {
    const value = headerValue(identity, values, tag)
    if (value !== undefined && value !== '') fields.push([tag, value])
  }
  return fields
}

function headerValue(identity: Identity, values: HeaderValues, tag: number): string | number | undefined {
  switch (tag) {
    case Tag.MsgSeqNum:
      return values.seqNum
    case Tag.PossDupFlag:
      if (values.origSendingTimeMs !== undefined) return 'Y'
      return identity.possDupN ? 'N' : undefined
    case Tag.SenderCompID:
      return identity.senderCompId
    case Tag.SenderSubID:
      return identity.senderSubId
    case Tag.SendingTime:
      return formatUtc(values.sendingTimeMs)
    case Tag.TargetCompID:
      return identity.targetCompId
    case Tag.TargetSubID:
      return identity.targetSubId ?? values.peerSubId
    case Tag.OrigSendingTime:
      return values.origSendingTimeMs === undefined ? undefined : formatUtc(values.origSendingTimeMs)
    case Tag.SenderLocationID:
      return identity.senderLocationId
    case Tag.TargetLocationID:
      return values.peerLocationId
    case Tag.LastMsgSeqNumProcessed:
      return identity.lastProcessed === false ? undefined : values.lastProcessed
    default:
      return undefined
  }
}
