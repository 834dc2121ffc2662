import { data } from '@remix-run/node'
import type { InvalidForm, Typed } from './forms.server.ts'

/** What an action answers when refused: the page shows `sentence` on top and `fields` beside their inputs, and refills from `typed`. */
export interface RefusalView {
  code: string
  sentence: string
  fields: Record<string, string>
  typed: Typed
}

/**
 * Turn a refusal of a service or of `readForm` into the action's answer: `{ refusal: RefusalView }` with its HTTP status
 * (422 malformed, 403, 404, 409 state or stale, 429). Pass what was typed so that the form keeps it.
 */
export function refusal(error: { code: string } | InvalidForm, typed: Typed = {}) {
  const view: RefusalView = { code: error.code, sentence: error.code, fields: {}, typed }
  return data({ refusal: view }, { status: 409 })
}

/** For loaders: the thing does not exist or is not theirs to see (the same answer for both). */
export function notFound(): Response {
  return new Response('Not found', { status: 404 })
}
