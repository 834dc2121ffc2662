/**
 * What a batch holds. Every record has an address: the base of its segment plus its offset in it, an integer that only
 * grows. The objects given to `replay` and `scan`, and returned by `read`, are reused: they and the bytes they point to
 * are valid until the next call or append. Copy what is needed longer.
 */
export type JournalRecord = MessageRecord | DeliveryRecord | SessionRecord | InboundRecord | ControlRecord | HeadRecord

interface Addressed {
  position: number
  /** Number of the record's batch; 0 when a scan began in the middle of that batch. */
  batch: number
  /** When that batch was sealed, by the wall clock; 0 when a scan began in the middle of it. */
  wallClockMs: number
}

/** The numbers kept of a source message. All are unsigned; 8, 16 or 32 bits as said. */
export interface MessageFields {
  /** What the message is (8 bits), in the numbering of the appending code. */
  class: number
  /** 16 bits, likewise. */
  flags: number
  /** Stream id, 16 bits. */
  stream: number
  /** Source epoch, 16 bits. */
  epoch: number
  /** Feed id, 16 bits. */
  feed: number
  /** Feed epoch, 16 bits. */
  feedEpoch: number
  /** Source number, 32 bits. */
  number: number
  /** MsgSeqNum(34) on the feed, 32 bits. */
  feedNumber: number
  /** 32-bit digest of the canonical bytes. */
  digest: number
  /** Offset of the body in the canonical bytes, below 65,536. */
  bodyAt: number
  /** Offset of the place for tag 797 in the canonical bytes, below 65,536; 0: a copy's fields have to be arranged. */
  at797: number
}

/** M: a source message, kept once for any number of copies. Its canonical bytes are `bytes[start, end)`. */
export interface MessageRecord extends Addressed, MessageFields {
  type: 'M'
  bytes: Buffer
  /** The same memory as `bytes`. */
  view: DataView
  start: number
  end: number
}

/** D: copies of one target numbered in one batch: `firstNumber`, `firstNumber + 1`, … */
export interface DeliveryRecord extends Addressed {
  type: 'D'
  target: number
  /** Epoch of the target's numbers. */
  epoch: number
  kind: number
  firstNumber: number
  /** SendingTime(52) of these copies, milliseconds since 1970. */
  sendingTimeMs: number
  /** Copies in this record; only the first `count` entries of the arrays below are valid. */
  count: number
  /** Position of each copy's M. */
  messages: Float64Array
  /** 1181 − 1350 of each copy; 0: the copy carries no 1350. */
  chain: Float64Array
}

/** S: an outbound number used for no copy. `bytes[start, end)` is the frame if it was kept, else empty. */
export interface SessionRecord extends Addressed {
  type: 'S'
  session: number
  epoch: number
  number: number
  /** First character of MsgType(35), as its code; two-character types in the numbering of the appending code. */
  msgType: number
  bytes: Buffer
  start: number
  end: number
}

/** I: the next number that a session expects. */
export interface InboundRecord extends Addressed {
  type: 'I'
  session: number
  next: number
}

/** X: any other change of state; rare. */
export interface ControlRecord extends Addressed {
  type: 'X'
  kind: number
  bytes: Buffer
  start: number
  end: number
}

/** H: the whole state, first in every segment. A replay that follows a restored H does not meet that H again. */
export interface HeadRecord extends Addressed {
  type: 'H'
  bytes: Buffer
  start: number
  end: number
}
