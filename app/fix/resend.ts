/**
 * What the journal knows of an outbound number. `application`: a copy, BX, BY or j, sent again with 43 and 122.
 * `administrative`: session messages and Reject(3). `revoked`: a copy whose
 * entitlement was withdrawn, or an application message that is too old to be sent again.
 */
type Stored = 'application' | 'administrative' | 'revoked'

/** One thing to send in answer to a Resend Request, under MsgSeqNum `seqNum`. */
export type ResendItem = { type: 'resend'; seqNum: number } | { type: 'gap-fill'; seqNum: number; newSeqNo: number }

/**
 * Turns what is stored under begin..end into resends and Gap Fills. Push what the journal yields, in ascending order;
 * numbers left out count as no longer stored and are gap-filled. Holds two numbers, however long the range is.
 */
export class ResendPlan {
  /** The first number not answered for yet. */
  private next: number
  private readonly end: number

  constructor(begin: number, end: number) {
    this.next = begin
    this.end = end
  }

  /** What to send now that `seqNum` is known: nothing, the message, or a Gap Fill and the message. */
  push(seqNum: number, stored: Stored): ResendItem[] {
    if (seqNum < this.next || seqNum > this.end || stored !== 'application') return []
    const items: ResendItem[] = []
    if (seqNum > this.next) items.push({ type: 'gap-fill', seqNum: this.next, newSeqNo: seqNum })
    items.push({ type: 'resend', seqNum })
    this.next = seqNum + 1
    return items
  }

  /** The closing Gap Fill, if one is needed. Its NewSeqNo(36) is end + 1, never more. */
  finish(): ResendItem[] {
    if (this.next > this.end) return []
    const items: ResendItem[] = [{ type: 'gap-fill', seqNum: this.next, newSeqNo: this.end + 1 }]
    this.next = this.end + 1
    return items
  }
}
