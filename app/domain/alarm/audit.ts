/** A seal of the audit trail that does not match; the numbers are those of its first and last event. */
export type BrokenSeal = { seal: { fromSeq: number; toSeq: number }; why: string }

/** What the person on call reads. */
export const brokenSealSentence = ({ seal: { fromSeq, toSeq }, why }: BrokenSeal): string =>
  `The audit trail is not what was sealed: in the seal of events ${fromSeq} to ${toSeq}, the first that does not match, ${why}.`
