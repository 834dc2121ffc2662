import { peopleWho } from '../target/rights.ts'
import type { Role } from './roles.ts'

/**
 * What a person may try, by role: routes check it, buttons are drawn from it. A permission opens a page or a command;
 * the rules of requests, groups and targets decide, with the person's firm, which ones the person may touch.
 *
 * `authorized-contact` is never granted: a person has it while they are a contact of a group in force.
 */
export type Standing = Role | 'authorized-contact'

const everyFirmRole = [
  'firm-admin',
  'requester',
  'clearing-signatory',
  'technical-contact',
  'billing-approver',
  'viewer',
  'authorized-contact',
] as const
const everyExchangeRole = ['gam', 'operations', 'certification', 'billing', 'administrator', 'auditor'] as const
const everybody = [...everyFirmRole, ...everyExchangeRole] as const

export const permissions = {
  'status:read': everybody,
  'group:read': everybody,
  'request:read': everybody,
  'target:read': everybody,
  'source:read': everybody,
  'directory:read': everybody,
  'feed:read': ['operations', 'auditor'],
  'feed:write': ['operations'],
  'settings:read': everyExchangeRole,
  'request:draft': [
    'requester',
    'clearing-signatory',
    'technical-contact',
    'billing-approver',
    'authorized-contact',
    'gam',
  ],
  'request:submit': ['requester', 'authorized-contact', 'clearing-signatory', 'gam'],
  'request:withdraw': ['requester', 'authorized-contact'],
  'request:decide': ['clearing-signatory', 'billing-approver'],
  'request:decide-as-exchange': ['gam'],
  'request:undo': ['gam'],
  'consent:withdraw': ['clearing-signatory'],
  'contact:end': ['clearing-signatory', 'requester', 'authorized-contact', 'operations'],
  'target:pause': peopleWho('pause'),
  'target:fail-over': peopleWho('fail-over'),
  'credential:create': peopleWho('create-credential'),
  'credential:revoke': peopleWho('revoke-credential'),
  'messages:read': ['operations', 'auditor'],
  'people:read': ['firm-admin', 'administrator', 'auditor'],
  'people:write': ['firm-admin', 'administrator'],
  'firm:read': ['administrator', 'auditor'],
  'firm:write': ['administrator'],
  'billing:read': ['requester', 'billing-approver', 'billing', 'auditor', 'gam'],
  'own-password:write': everybody,
} as const satisfies Record<string, readonly Standing[]>

export type Permission = keyof typeof permissions

/** A signed-in person with what they hold at this moment, resolved once per request. */
export type Actor = {
  kind: 'person'
  userId: string
  name: string
  email: string
  firmId: string
  firmName: string
  isExchange: boolean
  standings: readonly Standing[]
  /** Where the command came from, for the audit trail; absent for the command line. */
  origin?: string
}

/** Whether any of the actor's standings carries the permission. */
export const may = ({ standings }: Pick<Actor, 'standings'>, permission: Permission): boolean => {
  const allowed: readonly Standing[] = permissions[permission]
  return standings.some((standing) => allowed.includes(standing))
}
