/** A source message as the connector judges it: who it is, not what it says. */
export type Arrival = {
  number: number
  /** 32-bit digest of its canonical bytes. */
  digest: number
  /** PossResend(97)=Y. */
  possResend: boolean
  /** It came by a resend of the feed, or carries 97=Y. */
  recovered: boolean
  /** SendingTime(52) in milliseconds since 1970; NaN when unreadable. */
  sendingTimeMs: number
  /** RequestTime(5979) as text; '' when absent. */
  requestTime: string
  /**
   * 32-bit digest of what a resend leaves as it was, where the source itself sent the
   * message again (43=Y inside its envelope).
   */
  lasting?: number | undefined
}

/** What the journal holds under a number. */
export type Kept = { digest: number; requestTime: string; lasting: number }

/**
 * What is known of the stream, and a way to look into the journal; only asked when the number is not above the highest.
 */
export type Known = {
  epoch: number
  highest: number
  /** First number of the epoch. */
  first: number
  /** Lowest number kept of the epoch before; 0: there was none. */
  firstBefore: number
  /** The feed that carried the newest message, and its epoch. */
  feed: number
  feedEpoch: number
  /** The newest message that is no longer kept: numbers up to its own may have been used. Absent: all are kept. */
  gone?: { epoch: number; number: number } | undefined
  find(epoch: number, number: number): Kept | undefined
  /** SendingTime of the newest message of the epoch, kept or not; NaN when unreadable. */
  newestMs(): number
  /**
   * SendingTime of the first message of the epoch that is known: of the newest one
   * removed where the first is; NaN when unreadable.
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
  /** The number is taken by other bytes. */
  | { kind: 'conflict' }
  /** Older than anything kept. */
  | { kind: 'too-old' }

/**
 * Whether a source message is new, and in which epoch it stands. A message above the highest is new without a look at
 * the journal. Order of the questions: same bytes in this epoch or the one before; restarted; late; conflicting.
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

/** A recovered message from before the current epoch began belongs to the one before. */
function judgedIn(arrival: Arrival, known: Known): number {
  if (!arrival.recovered || known.epoch <= 1 || known.firstBefore === 0) return known.epoch
  return arrival.sendingTimeMs < known.firstMs() ? known.epoch - 1 : known.epoch
}

/** Below this nothing can be told from what was there and is removed, or never was. */
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
 * Without 43=Y of the source: one that has it is under a number that was used
 * before, so nothing has started again with it.
 */
const isFirstSending = ({ lasting }: Arrival): boolean => lasting === undefined
