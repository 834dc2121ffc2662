import { type HeldSource, holds } from '../consent/submission.ts'
import type { MetBy } from './round.ts'

/** A guarantor's answer to a round: for which sources, how and when it was given. Instants are milliseconds. */
export type Answer = {
  firm: { id: string; name: string }
  sources: readonly string[]
  metBy: MetBy | null
  answeredAtMs: number
}

/** A clearing firm took back its consent for a source of the group. `revokes`: "and nothing again". */
export type Withdrawal = { source: string; clearingFirmId: string; revokes: boolean; atMs: number }

/** Whether an answer given then, by this means, speaks for the source though the firm withdrew before. */
export const outlives = (withdrawal: Withdrawal, metBy: MetBy | null, answeredAtMs: number): boolean =>
  answeredAtMs > withdrawal.atMs && !(withdrawal.revokes && metBy === 'submission')

/**
 * Answers that hold no more when the request is to be published, one sentence each: the firm withdrew its consent after it answered,
 * or it agreed by a submission, and the owner does not hold the session any more.
 */
export function lapsedAnswers(
  answers: readonly Answer[],
  present: { ownerId: string; sources: ReadonlyMap<string, HeldSource>; withdrawals: readonly Withdrawal[] },
): string[] {
  return answers.flatMap(({ firm, sources, metBy, answeredAtMs }) =>
    sources.flatMap((name) => {
      const lapsed = present.withdrawals.some(
        (one) => one.source === name && one.clearingFirmId === firm.id && !outlives(one, metBy, answeredAtMs),
      )
      if (lapsed) return [`${firm.name} withdrew its consent for ${name} and has not signed for it since.`]
      const source = present.sources.get(name)
      if (metBy !== 'submission' || !source || holds(present.ownerId, source)) return []
      const holder = source.heldBy[0]?.name ?? 'another firm'
      return [`${name} is a session of ${holder} now, so ${firm.name} has to sign for it.`]
    }),
  )
}
