import type { Standing } from '#domain/people/permissions.ts'
import { roleNames } from '#domain/people/roles.ts'

/** What a person holds, in words: their roles, and being an authorized contact of a group. */
export const standingNames = (standings: readonly Standing[]): string[] =>
  standings.map((standing) => (standing === 'authorized-contact' ? 'authorized contact' : roleNames[standing]))
