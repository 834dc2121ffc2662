/**
 * What a rule or a command answers: a value, or a refusal that the caller must
 * handle. Bugs and outages are thrown instead.
 */
export type Result<T, R extends { code: string }> = { ok: true; value: T } | { ok: false; error: R }

export const ok = <T>(value: T): { ok: true; value: T } => ({ ok: true, value })

export const refuse = <const R extends { code: string }>(error: R): { ok: false; error: R } => ({ ok: false, error })
