/** What identifies a source message: who it is, not what it says. */
export type Arrival = {
  number: number
  /** 32-bit digest of its canonical bytes. */
  digest: number
  /** PossResend(97)=Y. */
  possResend: boolean
  /** The message came by a resend of the feed, or carries 97=Y. */
  recovered: boolean
  /** SendingTime(52) in milliseconds since 1970; NaN when unreadable. */
  sendingTimeMs: number
  /** RequestTime(5979) as text; '' when absent. */
  requestTime: string
  /**
   * 32-bit digest of the fields that a resend leaves unchanged, if the source itself sent the message again (43=Y
   * inside its envelope).
   */
  lasting?: number | undefined
}

/** What the journal holds under a number. */
export type Kept = { digest: number; requestTime: string; lasting: number }

/** What is known of the stream, and look-ups in the journal, made only for numbers not above the highest. */
export type Known = {
  epoch: number
  highest: number
  /** First number of the epoch. */
  first: number
  /** Lowest number kept of the epoch before; 0: there is no epoch before. */
  firstBefore: number
  /** The feed that carried the newest message, and its epoch. */
  feed: number
  feedEpoch: number
  /** The newest message that is no longer kept: numbers up to its number may have been used. Absent: all are kept. */
  gone?: { epoch: number; number: number } | undefined
  find(epoch: number, number: number): Kept | undefined
  /** SendingTime of the newest message of the epoch, kept or not; NaN when unreadable. */
  newestMs(): number
  /**
   * SendingTime of the first message known of the epoch, or of the newest message removed if the first is removed; NaN
   * when unreadable.
   */
  firstMs(): number
}

export type ArrivalVerdict =
  | { kind: 'new'; epoch: number }
  | { kind: 'duplicate' }
  /** The source has started again: a new epoch, its chain starts without 1350. */
  | { kind: 'restarted'; epoch: number }
  /** Never seen, numbered below the highest: outside the chain. */
  | { kind: 'late'; epoch: number }
  /** Another message with other bytes has this number. */
  | { kind: 'conflict' }
  /** Older than anything kept. */
  | { kind: 'too-old' }

/**
 * Whether a source message is new, and which epoch it belongs to. A message above the highest is new without a look
 * into the journal. Order of the questions: same bytes in this epoch or the one before; restarted; late; conflicting.
 */
export function identify(arrival: Arrival, known: Known): ArrivalVerdict {
  const { number } = arrival
  const epoch = judgedIn(arrival, known)
  if (epoch === known.epoch && number > known.highest) return { kind: 'new', epoch }
  const here = known.find(known.epoch, number)
  const before = known.epoch > 1 ? known.find(known.epoch - 1, number) : undefined
  if (isSame(arrival, here) || isSame(arrival, before)) return { kind: 'duplicate' }
  if (epoch === known.epoch && isFirstSending(arrival) && arrival.sendingTimeMs > known.newestMs())
    return { kind: 'restarted', epoch: epoch + 1 }
  if (epoch === known.epoch ? here : before) return { kind: 'conflict' }
  return number < oldest(known, epoch) ? { kind: 'too-old' } : { kind: 'late', epoch }
}

/** A recovered message sent before the current epoch began belongs to the epoch before. */
function judgedIn(arrival: Arrival, known: Known): number {
  if (!arrival.recovered || known.epoch <= 1 || known.firstBefore === 0) return known.epoch
  return arrival.sendingTimeMs < known.firstMs() ? known.epoch - 1 : known.epoch
}

/** Below this number, a message that was removed cannot be told from one that never came. */
function oldest(known: Known, epoch: number): number {
  const { gone } = known
  const from = epoch === known.epoch ? 1 : known.firstBefore
  if (!gone || epoch > gone.epoch) return from
  return epoch === gone.epoch ? Math.max(from, gone.number + 1) : Number.POSITIVE_INFINITY
}

function isSame(arrival: Arrival, kept: Kept | undefined): boolean {
  if (!kept) return false
  if (kept.digest === arrival.digest || kept.lasting === arrival.lasting) return true
  const maySayAgain = arrival.possResend || !isFirstSending(arrival)
  return maySayAgain && arrival.requestTime !== '' && kept.requestTime === arrival.requestTime
}

/**
 * The source did not set 43=Y. A message with 43=Y has a number that was used before, so its source has not restarted.
 */
const isFirstSending = ({ lasting }: Arrival): boolean => lasting === undefined
