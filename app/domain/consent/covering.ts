import { type Level, levelCovers } from '../group/states.ts'

/** A clearing firm lets a source flow into a group, up to a level. Only live ones are given to these rules. */
export type LiveConsent = { source: string; clearingFirmId: string; upToLevel: Level }

type Guaranteed = { source: string; guarantors: readonly string[] }

type Uncovered = { source: string; clearingFirmId: string }

/** Whether this consent lets that source flow at the level. */
export const covers = (consent: LiveConsent, source: string, clearingFirmId: string, level: Level): boolean =>
  consent.source === source && consent.clearingFirmId === clearingFirmId && levelCovers(consent.upToLevel, level)

/**
 * Guarantors without a live consent that covers the level: the same rule as the database's view `uncovered`, for a
 * group that is still being planned. A source without any guarantor is never covered: nobody could answer for it.
 */
export function uncovered(sources: readonly Guaranteed[], level: Level, consents: readonly LiveConsent[]): Uncovered[] {
  return sources.flatMap(({ source, guarantors }) =>
    guarantors
      .filter((firm) => !consents.some((consent) => covers(consent, source, firm, level)))
      .map((clearingFirmId) => ({ source, clearingFirmId })),
  )
}

/** What the withdrawal of a firm's consent takes out of the group, at once: widening needs everybody, narrowing one. */
export const withdraw = <T extends LiveConsent>(
  consents: readonly T[],
  clearingFirmId: string,
  sources: readonly string[],
) => ({
  ended: consents.filter((consent) => consent.clearingFirmId === clearingFirmId && sources.includes(consent.source)),
  kept: consents.filter((consent) => consent.clearingFirmId !== clearingFirmId || !sources.includes(consent.source)),
})

/** "From now on" lets a resend still repeat earlier copies; "and nothing again" ends that, too. */
export const withdrawalModes = ['from-now-on', 'nothing-again'] as const
