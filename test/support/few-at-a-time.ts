/** Enough to keep a portal and its database busy, but few enough to have each answered soon. */
const atATime = 6

/**
 * Do the work for every item, a few at a time; rejects with the first failure, in the order in which they were begun.
 */
export async function fewAtATime<T>(all: readonly T[], work: (one: T) => Promise<void>): Promise<void> {
  for (let from = 0; from < all.length; from += atATime) await Promise.all(all.slice(from, from + atATime).map(work))
}
