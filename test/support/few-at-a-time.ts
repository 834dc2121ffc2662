/** Enough to keep a portal and its database busy, and few enough that each is answered soon. */
const atATime = 6

/** Do it for every one, a few at a time; rejects with the first failure, in the order they were begun. */
export async function fewAtATime<T>(all: readonly T[], work: (one: T) => Promise<void>): Promise<void> {
  for (let from = 0; from < all.length; from += atATime) await Promise.all(all.slice(from, from + atATime).map(work))
}
