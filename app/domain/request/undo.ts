import type { PartRun } from '../publication/runs.ts'

/** Milliseconds of the connector's silence after which a publication may be undone. */
const silenceMs = 60_000

/**
 * Why a publication may not be undone yet: nothing was refused and the connector may still answer. The sentence names
 * the instant when undoing becomes possible, not the time left, so that it stays the same until then. Undefined: it may
 * be undone.
 */
export function undoBarred(
  { publishedAt, parts }: { publishedAt: Date | null; parts: readonly { state: PartRun }[] },
  now: Date,
): string | undefined {
  const fromMs = (publishedAt?.getTime() ?? 0) + silenceMs
  if (now.getTime() >= fromMs || parts.length === 0 || parts.some((part) => part.state === 'refused')) return undefined
  const from = new Date(Math.ceil(fromMs / 1000) * 1000).toISOString().slice(11, 19)
  return `The connector has refused nothing and may still answer. It can be undone from ${from} UTC on.`
}
