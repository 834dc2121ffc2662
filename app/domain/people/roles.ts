import { sentenceCase } from '#domain/sentence-case.ts'

/** Roles that a firm's own administrators grant to the firm's people. */
const firmRoles = [
  'firm-admin',
  'requester',
  'clearing-signatory',
  'technical-contact',
  'billing-approver',
  'viewer',
] as const

/** Roles of the exchange's own people. An administrator grants roles and holds no approving one. */
const exchangeRoles = ['gam', 'operations', 'certification', 'billing', 'administrator', 'auditor'] as const

export const roles = [...firmRoles, ...exchangeRoles] as const

export type Role = (typeof roles)[number]

/** As a person reads them: "clearing signatory". */
export const roleNames: Record<Role, string> = {
  'firm-admin': 'firm administrator',
  requester: 'requester',
  'clearing-signatory': 'clearing signatory',
  'technical-contact': 'technical contact',
  'billing-approver': 'billing approver',
  viewer: 'viewer',
  gam: 'Global Account Manager',
  operations: 'operations',
  certification: 'certification',
  billing: 'billing',
  administrator: 'administrator',
  auditor: 'auditor',
}

export const isRole = (word: string): word is Role => roles.some((role) => role === word)

/** A firm grants firm roles, the exchange grants exchange roles; nobody holds both kinds. */
export const rolesOf = (isExchange: boolean): readonly Role[] => (isExchange ? exchangeRoles : firmRoles)

/** Roles that decide; an administrator of the exchange never holds one of them. */
const approving: readonly Role[] = ['gam', 'operations', 'certification', 'billing']

/** @returns what is wrong with this combination, in words; undefined when nothing is. */
export function roleConflict(held: readonly Role[], isExchange: boolean): string | undefined {
  const foreign = held.find((role) => !rolesOf(isExchange).includes(role))
  if (foreign) return `${sentenceCase(roleNames[foreign])} is not a role of ${isExchange ? 'the exchange' : 'a firm'}.`
  const both = held.includes('administrator') ? held.find((role) => approving.includes(role)) : undefined
  if (both) return `An administrator holds no approving role, so not ${roleNames[both]} as well.`
  return undefined
}

/** The roles that nobody else active in the firm holds: the firm loses them with this person. */
export function soleRoles<P extends { userId: string; firmId: string; isActive: boolean; roles: readonly Role[] }>(
  person: P,
  people: readonly P[],
): Role[] {
  const others = people.filter(
    ({ userId, firmId, isActive }) => isActive && firmId === person.firmId && userId !== person.userId,
  )
  return person.roles.filter((role) => !others.some(({ roles }) => roles.includes(role)))
}
