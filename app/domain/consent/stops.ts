/**
 * Why a source left a group other than by an ordinary change: a guarantor withdrew its consent, a guarantor never gave one, or a
 * request of the owner removed it "and nothing again".
 */
export const stopCauses = ['withdrawn', 'no-consent', 'removed'] as const
export type StopCause = (typeof stopCauses)[number]

/** The reason that a stopped source is filtered under, in the words of the ledger. */
export const noConsentOf = (firmName: string | null): string =>
  firmName === null ? 'no clearing firm guarantees it' : `no consent of ${firmName}`

/** What a stop says on the pages of those whom it concerns: which source, whose consent, and what to do. */
export function stopSentences(source: string, firmName: string | null): { sentence: string; todo: string } {
  return {
    sentence: `${source} is no longer copied: ${noConsentOf(firmName)}.`,
    todo:
      firmName === null
        ? `Ask the exchange which clearing firm guarantees ${source}, then request a change that adds it again.`
        : `Request a change that adds ${source} again; it flows once ${firmName} has agreed.`,
  }
}
