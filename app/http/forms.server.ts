import type { z } from 'zod'
import type { Result } from '#domain/result.ts'

/** Field errors by path (`contacts.0.email`), and everything the user typed, so that the page loses nothing. */
export interface InvalidForm {
  code: 'invalid-form'
  fields: Record<string, string>
  typed: Typed
}

/** What was typed, by field name; a name sent several times has several values. Passwords are left out. */
export type Typed = Record<string, string[]>

/**
 * Read a posted form through a zod schema. Field names are paths: `name`, `sources[]` (always a list),
 * `contacts.0.email`. Route params are merged under their names and win over fields. Every form carries `commandId`.
 */
export async function readForm<S extends z.ZodType>(
  _request: Request,
  _params: Record<string, string | undefined>,
  _schema: S,
): Promise<Result<z.output<S> & { typed?: never }, InvalidForm> & { typed: Typed }> {
  throw new Error('unreachable: being written')
}
