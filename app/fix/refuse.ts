import { rejectBody, type Violation } from './drafts.ts'
import type { Message } from './message.ts'
import { MsgType } from './tags.ts'
import { note, send, type Turn } from './turn.ts'

/** Session Level Reject: the message's number stays counted, the session goes on. */
export function reject(turn: Turn, message: Message, violation: Violation): void {
  const refused = { seqNum: message.seqNum, msgType: message.msgType }
  send(turn, MsgType.Reject, rejectBody(turn.session, refused, violation))
  note(turn, 'rejected', `${refused.seqNum}: ${violation.text}`)
}

/** The texts that clients parse: CME's (spec §2.6), and the one of the common FIX engines. */
export function lowNumberText({ session }: Turn, seqNum: number): string {
  const { nextIn, config } = session
  if (config.policy.preset === 'fix') return `MsgSeqNum too low, expecting ${nextIn} but received ${seqNum}`
  return `Sequence number received lower than expected. Expected [${nextIn}] Received ${seqNum}. Logout forced.`
}
