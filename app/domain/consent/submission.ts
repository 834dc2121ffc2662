/** What this rule needs to know of a source session: who holds it, by its Execution Firm ID or as its operator. */
export type HeldSource = { name: string; heldBy: readonly { id: string; name: string }[] }

/** What one clearing firm is asked to agree to. */
type AskedOf = {
  clearingFirmId: string
  sources: readonly HeldSource[]
  /** whether it is also asked to authorize people */
  namesPeople: boolean
  /** sources for which it withdrew its consent with "and nothing again", and has not signed since */
  revoked: readonly string[]
}

/** Whether this firm holds the session: under one of its Execution Firm IDs, or as its operator. */
export const holds = (firmId: string, source: HeldSource): boolean => source.heldBy.some((firm) => firm.id === firmId)

/**
 * Whether a submission counts as the consent of this clearing firm. It does where the submitter speaks for the firm and
 * the group's owner holds every session concerned. A session of another firm, a person to be authorized, or a session
 * that the clearing firm revoked needs the signature of one of its signatories. Pages and the signed sentence use this
 * rule, too.
 */
export function consentsBySubmission(asked: AskedOf, ownerId: string, submittedFor: readonly string[]): boolean {
  if (!submittedFor.includes(asked.clearingFirmId) || asked.namesPeople) return false
  return asked.sources.every((source) => holds(ownerId, source) && !asked.revoked.includes(source.name))
}

/** A session of a firm other than the one that receives its copies, and that firm's name. */
export type SessionOfAnother = { source: string; firm: string }

/** Sessions among these that the group's owner does not hold: every party reads whose they are. */
export const sessionsOfOthers = (ownerId: string, sources: readonly HeldSource[]): SessionOfAnother[] =>
  sources.flatMap((source) =>
    holds(ownerId, source) ? [] : [{ source: source.name, firm: source.heldBy[0]?.name ?? 'another firm' }],
  )
