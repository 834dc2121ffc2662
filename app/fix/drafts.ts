import { encode, type Field } from './encode.ts'
import { headerFields } from './header.ts'
import { hmacFields } from './hmac-logon.ts'
import { writesNextExpected } from './policy.ts'
import { lastProcessed } from './session.ts'
import type { Draft, Session } from './session-state.ts'
import { MsgType, Tag, textLimit } from './tags.ts'

/** Why a message is refused. */
export type Violation = {
  text: string
  /** RefTagID(371) and SessionRejectReason(373). A tag may be 0: that is what the peer wrote. */
  tag?: number
  reason?: number
  /** The session cannot go on: a Logout follows the Reject. */
  fatal?: boolean
}

/** So much of an unknown MsgType(35) is repeated in a Reject. */
const typeLimit = 32

type Refused = { seqNum: number; msgType: string }

/** Body of a Session Level Reject(3) in the order of the policy (spec §2.9). */
export function rejectBody(session: Session, refused: Refused, violation: Violation): Field[] {
  const tag: Field[] = violation.tag === undefined ? [] : [[Tag.RefTagID, violation.tag]]
  const reason: Field[] = violation.reason === undefined ? [] : [[Tag.SessionRejectReason, violation.reason]]
  const text: Field = [Tag.Text, violation.text.slice(0, textLimit)]
  const number: Field = [Tag.RefSeqNum, refused.seqNum]
  const type: Field[] = refused.msgType === '' ? [] : [[Tag.RefMsgType, refused.msgType.slice(0, typeLimit)]]
  if (session.config.policy.rejectLayout === 'cme') {
    return [number, text, ...tag, ...(tag.length > 0 ? type : []), ...reason]
  }
  return [number, ...tag, ...type, ...reason, text]
}

/** A Logout(5): 789, where the policy writes it, comes first, as captured (spec §2.7). */
export function logoutDraft(session: Session, text: string): Draft {
  const { policy, role } = session.config
  const body: Field[] = []
  if (writesNextExpected(policy, role)) body.push([Tag.NextExpectedMsgSeqNum, session.nextIn])
  if (text !== '') body.push([Tag.Text, text.slice(0, textLimit)])
  return { msgType: MsgType.Logout, body, lastProcessed: lastProcessed(session) }
}

/**
 * A Gap Fill in answer to a Resend Request, sent under the first number that it fills: 43=Y, 122 = its own 52 (spec
 * §5).
 */
export function gapFillDraft(session: Session, newSeqNo: number, sendingTimeMs: number): Draft {
  const body: Field[] = [
    [Tag.NewSeqNo, newSeqNo],
    [Tag.GapFillFlag, 'Y'],
  ]
  return {
    msgType: MsgType.SequenceReset,
    body,
    lastProcessed: lastProcessed(session),
    origSendingTimeMs: sendingTimeMs,
  }
}

/**
 * The bytes of a draft under its number. `sendingTimeMs` becomes 52. A Logon of ours with an access key is signed here.
 */
export function encodeDraft(session: Session, seqNum: number, draft: Draft, sendingTimeMs: number): Buffer {
  const header = headerFields(session.config.identity, draft.msgType, {
    seqNum,
    sendingTimeMs,
    lastProcessed: draft.lastProcessed,
    peerSubId: session.peerSubId,
    peerLocationId: session.peerLocationId,
    origSendingTimeMs: draft.origSendingTimeMs,
  })
  const fields = [...header, ...draft.body]
  const { role, credentials } = session.config
  const isSigned = role === 'initiator' && draft.msgType === MsgType.Logon && credentials?.kind === 'hmac'
  return encode(isSigned ? [...fields, ...hmacFields(credentials, fields)] : fields)
}
