import { type Actor, may } from './permissions.ts'
import { type Role, roleConflict } from './roles.ts'

/** How long an invited person has to use their link: seven days. */
export const invitationMs = 7 * 86_400_000

/** What the rules for inviting need to know of a firm. */
export type InvitingFirm = {
  id: string
  name: string
  isExchange: boolean
  isActive: boolean
  /** Whether the firm has an active administrator. */
  hasAdministrator: boolean
  /** E-mail domains in force today. */
  domains: readonly string[]
}

type InviteRefusal =
  | { code: 'not-found' }
  | { code: 'not-allowed'; needs: Role }
  | { code: 'others-people'; firm: string }
  | { code: 'role-conflict'; sentence: string }

/**
 * A firm's own administrators invite its people. The exchange invites only a firm's first administrator, so that none
 * of the exchange's people can make themselves a signatory of a firm.
 */
export function inviteRefusal(actor: Actor, firm: InvitingFirm, roles: readonly Role[]): InviteRefusal | undefined {
  const isOwn = firm.id === actor.firmId
  if (!isOwn && !actor.isExchange) return { code: 'not-found' }
  if (!firm.isActive) return { code: 'not-found' }
  if (!may(actor, 'people:write'))
    return { code: 'not-allowed', needs: actor.isExchange ? 'administrator' : 'firm-admin' }
  if (!isOwn && !isFirstAdministrator(firm, roles)) return { code: 'others-people', firm: firm.name }
  const sentence = roleConflict(roles, firm.isExchange)
  return sentence ? { code: 'role-conflict', sentence } : undefined
}

/** Whether a person with these roles would be the first administrator of a firm that has none. */
export const isFirstAdministrator = (
  firm: Pick<InvitingFirm, 'hasAdministrator' | 'isExchange'>,
  roles: readonly Role[],
): boolean => !firm.isExchange && !firm.hasAdministrator && roles.length === 1 && roles[0] === 'firm-admin'

/** Whether an address is at one of the firm's domains; a subdomain is a domain of its own. */
export const isAddressOf = (email: string, domains: readonly string[]): boolean => domains.includes(domainOf(email))

export const domainOf = (email: string): string => email.slice(email.lastIndexOf('@') + 1).toLowerCase()

/** A person who gets a new link. */
type LinkedPerson = { userId: string; firmId: string; roles: readonly Role[]; isSoleAdministrator: boolean }

/**
 * Who may make a new link for a known person: another administrator of the person's firm, or, where the person is the
 * firm's only administrator, an administrator of the exchange.
 */
export function mayRenewLink(actor: Actor, person: LinkedPerson): boolean {
  if (!may(actor, 'people:write') || actor.userId === person.userId) return false
  return actor.firmId === person.firmId || (actor.isExchange && person.isSoleAdministrator)
}

/** A link that waits for its person. `invitedBy` null: the installation's command line made it. */
type WaitingLink = { userId: string; firmId: string; invitedBy: string | null }

/**
 * Who may take the code of a link, to pass it on: another administrator of the person's firm or of the exchange. Never
 * the person who made the link, so that an account's first secret takes two people, and never the person whom the link
 * is for.
 */
export const mayPassCode = (actor: Actor, link: WaitingLink): boolean =>
  may(actor, 'people:write') &&
  actor.userId !== link.invitedBy &&
  actor.userId !== link.userId &&
  (actor.isExchange || actor.firmId === link.firmId)
