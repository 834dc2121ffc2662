import { hmacCredentials } from './hmac-logon.ts'
import type { Message } from './message.ts'
import type { LogonCredentials, LogonRequest, SessionConfig } from './session-state.ts'
import { Tag } from './tags.ts'
import { parseUtc } from './time.ts'
import { isNear, violationOf } from './validate.ts'

/** `silent`: the Logon is ignored, without a Logout. `why`: the reason for our log, which the peer is not told. */
type ParsedLogon = { ok: true; logon: LogonRequest } | { ok: false; silent: boolean; text: string; why?: string }

const refuse = (text: string, silent = false): ParsedLogon => ({ ok: false, silent, text })

/** How far SendingTime(52) of a signed Logon may be off where the policy says nothing (spec §2.4). */
const signedTimeS = 5

/** The facts of a Logon(A) from the peer, or what is wrong with it (spec §2.4, §2.5, §2.9). */
export function parseLogon(config: SessionConfig, message: Message, clocksMs: readonly number[]): ParsedLogon {
  const { policy } = config
  const violation = violationOf(config, message, clocksMs)
  if (violation) return refuse(violation.text)
  const seqNum = message.seqNum
  if (seqNum === 0) return refuse('MsgSeqNum (34) tag is not present')
  if (policy.preset === 'cme' && message.has(Tag.OrigSendingTime)) {
    return refuse('OrigSendingTime (122) must not be on a Logon. Logout forced.')
  }
  if ((message.int(Tag.EncryptMethod) ?? 0) !== 0)
    return { ok: false, silent: false, text: 'Invalid logon. Logout forced.', why: 'EncryptMethod (98) must be 0.' }
  const heartbeatS = message.int(Tag.HeartBtInt)
  if (heartbeatS === undefined) return refuse('Error during logon. Heartbeat tag invalid.')
  const [least, most] = policy.heartbeatS
  if (heartbeatS < least || heartbeatS > most)
    return refuse(`HeartBtInt (108) ${heartbeatS} outside ${least} to ${most}`, true)
  const credentials = credentialsOf(message)
  if (credentials.kind === 'hmac' && !isTimely(message, clocksMs, policy.sendingTimeS || signedTimeS))
    return refuse('SendingTime (52) accuracy problem. Logout forced.')
  return {
    ok: true,
    logon: {
      seqNum,
      heartbeatS,
      reset: message.is(Tag.ResetSeqNumFlag, 'Y'),
      credentials,
      subId: message.str(Tag.SenderSubID),
      locationId: message.str(Tag.SenderLocationID),
      app: [Tag.ApplicationSystemName, Tag.TradingSystemVersion, Tag.ApplicationSystemVendor].flatMap((tag) => {
        const value = message.str(tag)
        return value === undefined ? [] : [[tag, value] as const]
      }),
    },
  }
}

function isTimely(message: Message, clocksMs: readonly number[], withinS: number): boolean {
  const time = message.find(Tag.SendingTime)
  return isNear(parseUtc(message.bytes, message.startAt(time), message.endAt(time)), clocksMs, withinS)
}

/** A password or a signature; none when a Logon has neither. */
export function credentialsOf(message: Message): LogonCredentials {
  if (message.has(Tag.EncryptedPassword)) return hmacCredentials(message)
  const password = message.str(Tag.RawData)
  return password === undefined || password === '' ? { kind: 'none' } : { kind: 'password', password }
}
