/**
 * Why a source left a group other than by an ordinary change: a guarantor withdrew its consent, a guarantor never gave
 * one, or a request of the owner removed it "and nothing again".
 */
export const stopCauses = ['withdrawn', 'no-consent', 'removed'] as const
export type StopCause = (typeof stopCauses)[number]

/** A source that a publication stops, and the reason in the words of the ledger. */
export type Stopping = { source: string; reason: string }

const nobodyGuarantees = 'no clearing firm guarantees it'
const [missing, withdrawn] = ['no consent of ', 'consent withdrawn by ']

/**
 * The reason under which a source is filtered when a guarantor's consent is missing. Null: the source has no guarantor.
 */
export const noConsentOf = (firmName: string | null): string =>
  firmName === null ? nobodyGuarantees : missing + firmName

/** The same where a guarantor withdrew its consent. */
export const withdrawnBy = (firmName: string): string => withdrawn + firmName

/** Whether the ledger's reason is a stop, rather than what the owner agreed to leave out. */
export const isStopReason = (reason: string): boolean =>
  reason.startsWith(missing) || reason.startsWith(withdrawn) || reason === nobodyGuarantees

/**
 * The ledger's reason as a clearing firm reads it for a session that it guarantees in another firm's group: the firm's
 * own consent is named, but not which other firm's consent is missing.
 */
export const reasonFor = (reason: string, firmName: string): string =>
  [noConsentOf(firmName), withdrawnBy(firmName), nobodyGuarantees].includes(reason)
    ? reason
    : 'no consent of another firm'

type Stop = { source: string; cause: StopCause; firmName: string | null; at: Date }

/**
 * Sources that are stopped because a consent is missing, each with the reasons of its newest stop, which name every
 * firm whose consent is missing. A source that the owner removed does not count as stopped.
 */
export function stoppedSources(stops: readonly Stop[]): Stopping[] {
  const own = stops.filter((stop) => stop.cause !== 'removed')
  return [...new Set(own.map((stop) => stop.source))].map((source) => {
    const all = own.filter((stop) => stop.source === source)
    const newest = Math.max(...all.map((stop) => stop.at.getTime()))
    return { source, reason: joined(all.filter((stop) => stop.at.getTime() === newest).map(reasonOf)) }
  })
}

const reasonOf = ({ cause, firmName }: Stop): string =>
  cause === 'withdrawn' && firmName !== null ? withdrawnBy(firmName) : noConsentOf(firmName)

/** Several reasons in one. */
export const joined = (reasons: readonly string[]): string => [...new Set(reasons)].sort().join(', ')

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

/** Whose consent is gone, as the row of a source that left a group says it. */
export function stoppedBecause({
  cause,
  firmName,
  revokes,
}: Omit<Stop, 'source' | 'at'> & { revokes: boolean }): string {
  const again = revokes ? ', and nothing again' : ''
  if (cause === 'withdrawn') return `${firmName ?? 'Its clearing firm'} withdrew its consent${again}`
  if (cause === 'removed') return `Removed by a request${again}`
  return firmName === null ? 'No clearing firm guarantees it' : `No consent of ${firmName}`
}
