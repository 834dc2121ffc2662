import { type Actor, may } from './permissions.ts'
import { type Role, roleConflict } from './roles.ts'

/** How long an invited person has to use their link: seven days. */
export const invitationMs = 7 * 86_400_000

/** A firm, as far as inviting somebody into it goes. */
export type InvitingFirm = {
  id: string
  name: string
  isExchange: boolean
  isActive: boolean
  /** Whether an active person of it is a firm administrator. */
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
 * A firm's people are named by its own administrators. The exchange names a firm's first administrator and nobody else
 * of it, so that nobody of the exchange makes themselves a signatory of a firm.
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

/** Whether somebody with these roles would be the first administrator of a firm that has none. */
export const isFirstAdministrator = (
  firm: Pick<InvitingFirm, 'hasAdministrator' | 'isExchange'>,
  roles: readonly Role[],
): boolean => !firm.isExchange && !firm.hasAdministrator && roles.length === 1 && roles[0] === 'firm-admin'

/** Whether an address is at one of the firm's domains; a subdomain is a domain of its own. */
export const isAddressOf = (email: string, domains: readonly string[]): boolean => domains.includes(domainOf(email))

export const domainOf = (email: string): string => email.slice(email.lastIndexOf('@') + 1).toLowerCase()

/** Somebody whose link is made anew. */
type LinkedPerson = { userId: string; firmId: string; roles: readonly Role[]; isSoleAdministrator: boolean }

/**
 * Who may make a new link for somebody who is known: an administrator of their own firm, other than themselves, and the
 * exchange's for the one administrator that a firm has.
 */
export function mayRenewLink(actor: Actor, person: LinkedPerson): boolean {
  if (!may(actor, 'people:write') || actor.userId === person.userId) return false
  return actor.firmId === person.firmId || (actor.isExchange && person.isSoleAdministrator)
}

/** A link that waits for its person. `invitedBy` null: the installation's command line made it. */
type WaitingLink = { userId: string; firmId: string; invitedBy: string | null }

/**
 * Who may take the code of a link, to pass it on: another administrator of the person's firm or of the exchange. Never
 * who made the link, so that an account's first secret takes two people, and never the person it is for.
 */
export const mayPassCode = (actor: Actor, link: WaitingLink): boolean =>
  may(actor, 'people:write') &&
  actor.userId !== link.invitedBy &&
  actor.userId !== link.userId &&
  (actor.isExchange || actor.firmId === link.firmId)
