import type { Violation } from './drafts.ts'
import { fieldViolation, isHeldToFieldRules, isHeldToReadableFields } from './field-rules.ts'
import type { Message } from './message.ts'
import { Reason } from './reasons.ts'
import type { SessionConfig } from './session-state.ts'
import { isKnownType, isSessionType, Tag } from './tags.ts'
import { parseUtc } from './time.ts'

const headerNames: Record<number, string> = {
  [Tag.SenderSubID]: 'SenderSubId (50)',
  [Tag.TargetSubID]: 'TargetSubId (57)',
  [Tag.SenderLocationID]: 'SenderLocationId (142)',
}

/**
 * The first rule of header and fields that a message with a readable number breaks. The texts are interface
 * strings on which clients match (spec §2.9).
 */
export function violationOf(
  config: SessionConfig,
  message: Message,
  clocksMs: readonly number[],
): Violation | undefined {
  return (
    beginStringViolation(config, message) ??
    compIdViolation(config, message) ??
    typeViolation(config, message) ??
    faultViolation(config, message) ??
    fieldViolation(config, message) ??
    requiredViolation(config, message) ??
    timeViolation(config, message, clocksMs) ??
    origTimeViolation(config, message)
  )
}

/**
 * Every message must be of our version. Where the policy answers another version with a Logout alone, we use the text
 * of the common engines.
 */
export function beginStringViolation({ policy }: SessionConfig, message: Message): Violation | undefined {
  if (message.is(Tag.BeginString, 'FIX.4.2')) return undefined
  const isPlain = policy.wrongBeginString === 'logout'
  const text = isPlain ? 'Incorrect BeginString' : 'BeginString (8) tag has an incorrect value, should be FIX4.2'
  return { text, tag: Tag.BeginString, reason: Reason.incorrect, fatal: true }
}

function compIdViolation({ identity, policy }: SessionConfig, message: Message): Violation | undefined {
  const fatal = policy.wrongCompId === 'logout'
  const sender = message.str(Tag.SenderCompID)
  if (sender === '') return { ...withoutValue(Tag.SenderCompID), fatal }
  if (sender !== identity.targetCompId) {
    const text =
      sender === undefined ? 'SenderCompId (49) tag is not present' : 'Invalid SenderCompID (49) tag. Logout forced.'
    return { text, tag: Tag.SenderCompID, reason: sender === undefined ? Reason.missing : Reason.compId, fatal }
  }
  const target = message.str(Tag.TargetCompID)
  if (target === identity.senderCompId) return undefined
  if (target === undefined)
    return { text: 'TargetCompId (56) tag is not present', tag: Tag.TargetCompID, reason: Reason.missing }
  if (target === '') return withoutValue(Tag.TargetCompID)
  const text = `TargetCompId (56) tag has an incorrect value: ( ${target} ) should be ${identity.senderCompId}`
  return { text, tag: Tag.TargetCompID, reason: Reason.compId, fatal }
}

const faultTexts = {
  [Reason.invalidTag]: 'Invalid tag number',
  [Reason.noValue]: 'Tag specified without a value',
  [Reason.format]: 'Incorrect data format for value',
}

function faultViolation(config: SessionConfig, { fault, msgType }: Message): Violation | undefined {
  if (!fault || !isHeldToReadableFields(config, msgType)) return undefined
  return { ...fault, text: faultTexts[fault.reason] }
}

/** The field is there and empty: this is the only fault that is reported. */
export const withoutValue = (tag: number): Violation => ({
  text: faultTexts[Reason.noValue],
  tag,
  reason: Reason.noValue,
})

function typeViolation({ policy }: SessionConfig, { msgType }: Message): Violation | undefined {
  if (msgType === '') return { text: 'Could not extract message type.', tag: Tag.MsgType, reason: Reason.noValue }
  if (policy.unknownTypes === 'accept' || isSessionType(msgType) || isKnownType(msgType)) return undefined
  return { text: `UNKNOWN Message received. Message Type = ( ${msgType} )`, tag: Tag.MsgType, reason: Reason.msgType }
}

/** 50, 57 and 142 where the policy wants them; only clients send them, so an initiator never asks. */
function requiredViolation({ role, policy, identity }: SessionConfig, message: Message): Violation | undefined {
  if (role === 'initiator') return undefined
  for (const tag of policy.requiredHeader) {
    if (!message.has(tag))
      return { text: `${headerNames[tag] ?? `Tag ${tag}`} tag is not present`, tag, reason: Reason.missing }
  }
  const subId = message.str(Tag.SenderSubID)
  if (policy.alphanumericSubId && subId !== undefined && !/^[0-9A-Za-z]+$/.test(subId)) {
    return {
      text: 'SenderSubId (50) can contain only alphanumeric values',
      tag: Tag.SenderSubID,
      reason: Reason.incorrect,
    }
  }
  const target = message.str(Tag.TargetSubID)
  if (
    !policy.requiredHeader.includes(Tag.TargetSubID) ||
    identity.senderSubId === undefined ||
    target === identity.senderSubId
  )
    return undefined
  const text = `TargetSubId (57) tag has an incorrect value: ( ${target} ), should be ${identity.senderSubId}`
  return { text, tag: Tag.TargetSubID, reason: Reason.incorrect }
}

/** SendingTime(52): there, a time, and near enough where the policy measures it. */
function timeViolation(
  { policy }: SessionConfig,
  message: Message,
  clocksMs: readonly number[],
): Violation | undefined {
  const sent = timeAt(message, Tag.SendingTime)
  if (sent === undefined)
    return { text: 'SendingTime (52) tag is not present', tag: Tag.SendingTime, reason: Reason.missing }
  if (Number.isNaN(sent)) {
    const text = `SendingTime (52) tag is not formatted properly ( ${message.str(Tag.SendingTime)} )`
    return { text, tag: Tag.SendingTime, reason: Reason.format }
  }
  if (policy.sendingTimeS > 0 && !isNear(sent, clocksMs, policy.sendingTimeS)) {
    return { text: 'SendingTime accuracy problem', tag: Tag.SendingTime, reason: Reason.sendingTime, fatal: true }
  }
  return undefined
}

/** Whether one of the clocks agrees with a time. */
export const isNear = (sentMs: number, clocksMs: readonly number[], withinS: number): boolean =>
  clocksMs.some((clockMs) => Math.abs(sentMs - clockMs) <= withinS * 1000)

/** A message sent again was first sent no later than now: 122 is never after 52. Otherwise a clock is wrong: fatal. */
export function origTimeViolation(config: SessionConfig, message: Message): Violation | undefined {
  if (!message.possDup || !isHeldToFieldRules(config, message.msgType)) return undefined
  const orig = timeAt(message, Tag.OrigSendingTime)
  const sent = timeAt(message, Tag.SendingTime)
  if (orig === undefined || sent === undefined || !(orig > sent)) return undefined
  const text = 'OrigSendingTime (122) is later than SendingTime (52)'
  return { text, tag: Tag.OrigSendingTime, reason: Reason.sendingTime, fatal: true }
}

/** A time field in epoch milliseconds: undefined when absent, NaN when malformed. */
function timeAt(message: Message, tag: number): number | undefined {
  const index = message.find(tag)
  return index < 0 ? undefined : parseUtc(message.bytes, message.startAt(index), message.endAt(index))
}
