import type { Standing } from '#domain/people/permissions.ts'
import { roleNames } from '#domain/people/roles.ts'

/** A person's standings in words: their roles, and "authorized contact" if they are one for a group. */
export const standingNames = (standings: readonly Standing[]): string[] =>
  standings.map((standing) => (standing === 'authorized-contact' ? 'authorized contact' : roleNames[standing]))
