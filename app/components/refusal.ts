import type { ShouldRevalidateFunction } from '@remix-run/react'

/** What an action answers when it was refused; the shape of `http/refusals.server.ts`, by structure. */
export interface Refusal {
  code: string
  /** What happened, what it means, what to do. */
  sentence: string
  /** Errors by field name. */
  fields: Record<string, string>
  /** What the person typed, by field name; secrets are left out. */
  typed: Record<string, string[]>
}

/** Action data of any form page: nothing yet, or a refusal. */
export const refusalOf = (actionData: unknown): Refusal | undefined =>
  typeof actionData === 'object' && actionData !== null && 'refusal' in actionData
    ? (actionData.refusal as Refusal) // only refusals.server.ts answers with this name
    : undefined

/**
 * For pages with a form: the page is read again after a refusal too, so that it shows what changed and the next try
 * builds on that; typed values stay. (The framework alone would not read the page again.) Where nobody answered (503,
 * `reach.ts`) nothing has changed, and the form keeps its key: sent again, it is the same command.
 */
export const shouldRevalidate: ShouldRevalidateFunction = ({ formMethod, actionStatus, defaultShouldRevalidate }) =>
  actionStatus !== 503 && ((formMethod !== undefined && formMethod !== 'GET') || defaultShouldRevalidate)
