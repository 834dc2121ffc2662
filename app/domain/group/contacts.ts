import type { Actor } from '../people/permissions.ts'

/** What the rule for ending a contact needs to know of one in force. */
type Contact = { ownerId: string; authorizedBy: string; userId: string | null }

/**
 * Whether this person may end a contact, at once and without anybody else: a signatory of the clearing firm that
 * authorized the contact, a requester of the owner or another contact of the same group, or operations of the exchange.
 */
export function mayEndContact(
  contact: Contact,
  by: Pick<Actor, 'userId' | 'firmId' | 'isExchange' | 'standings'>,
  ofGroup: readonly Contact[],
): boolean {
  if (by.isExchange) return by.standings.includes('operations')
  if (by.firmId === contact.authorizedBy && by.standings.includes('clearing-signatory')) return true
  if (by.firmId !== contact.ownerId) return false
  return by.standings.includes('requester') || ofGroup.some(({ userId }) => userId === by.userId)
}
