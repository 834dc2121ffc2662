import { type HeldSource, holds } from '../consent/submission.ts'
import type { MetBy } from './round.ts'

/**
 * A guarantor's answer to a round: for which sources and people, how and when it was given. Instants are milliseconds.
 */
export type Answer = {
  firm: { id: string; name: string }
  sources: readonly string[]
  contacts: readonly { name: string; email: string }[]
  metBy: MetBy | null
  answeredAtMs: number
}

/** A clearing firm took back its consent for a source of the group. `revokes`: "and nothing again". */
export type Withdrawal = { source: string; clearingFirmId: string; revokes: boolean; atMs: number }

/** A person's authority over the group was ended, for the clearing firm that had given it. */
export type EndedContact = { email: string; clearingFirmId: string; atMs: number }

/** The people whose authority was ended for the firm after it answered: the answer no longer speaks for them. */
export const endedSince = <T extends { email: string }>(
  answer: { firmId: string; contacts: readonly T[]; answeredAtMs: number },
  ended: readonly EndedContact[],
): T[] =>
  answer.contacts.filter(({ email }) =>
    ended.some(
      (one) =>
        one.clearingFirmId === answer.firmId &&
        one.email.toLowerCase() === email.toLowerCase() &&
        one.atMs >= answer.answeredAtMs,
    ),
  )

/** Whether an answer given at this time and by this means is valid despite the firm's withdrawal. */
export const outlives = (withdrawal: Withdrawal, metBy: MetBy | null, answeredAtMs: number): boolean =>
  answeredAtMs > withdrawal.atMs && !(withdrawal.revokes && metBy === 'submission')

/**
 * Answers that no longer hold when the request is to be published, one sentence each: the firm withdrew its consent
 * after it answered, the authority of a person whom it named has ended since, or the firm agreed by a submission and
 * the owner no longer holds the session.
 */
export function lapsedAnswers(
  answers: readonly Answer[],
  present: {
    ownerId: string
    sources: ReadonlyMap<string, HeldSource>
    withdrawals: readonly Withdrawal[]
    ended: readonly EndedContact[]
  },
): string[] {
  return answers.flatMap(({ firm, sources, contacts, metBy, answeredAtMs }) => [
    ...endedSince({ firmId: firm.id, contacts, answeredAtMs }, present.ended).map(
      ({ name }) => `${name} was ended as a contact for ${firm.name}, which has not signed for them since.`,
    ),
    ...sources.flatMap((name) => {
      const lapsed = present.withdrawals.some(
        (one) => one.source === name && one.clearingFirmId === firm.id && !outlives(one, metBy, answeredAtMs),
      )
      if (lapsed) return [`${firm.name} withdrew its consent for ${name} and has not signed for it since.`]
      const source = present.sources.get(name)
      if (metBy !== 'submission' || !source || holds(present.ownerId, source)) return []
      const holder = source.heldBy[0]?.name ?? 'another firm'
      return [`${name} is a session of ${holder} now, so ${firm.name} has to sign for it.`]
    }),
  ])
}
