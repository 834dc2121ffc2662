import { type Role, roleNames } from '#domain/people/roles.ts'
import { sentenceCase } from '#domain/sentence-case.ts'

const hints: Record<Role, string> = {
  'firm-admin': 'People and roles of the firm, nothing else.',
  requester: 'Asks for groups and submits new ones.',
  'clearing-signatory': 'Signs for the sessions that the firm guarantees.',
  'technical-contact': 'Creates passwords, pauses and resumes targets.',
  'billing-approver': 'Agrees to pay for groups of others.',
  viewer: 'Reads.',
  gam: 'Approves for the exchange.',
  operations: 'Pauses, suspends, revokes.',
  certification: 'Certifies clients.',
  billing: 'Fees and statements.',
  administrator: 'People and roles; holds no approving role.',
  auditor: 'Reads everything, writes nothing.',
}

/** Roles as a form offers them, each with what it is for. */
export const roleChoices = (roles: readonly Role[]) =>
  roles.map((role) => ({ value: role, label: sentenceCase(roleNames[role]), hint: hints[role] }))
