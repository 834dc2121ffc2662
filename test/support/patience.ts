/**
 * How long a test waits for what must come. It costs nothing where it comes, and it says what was missing before the
 * test's own time limit (vitest.config.ts) ends it. It is no bound on how fast anything is: `npm run bench` measures
 * that.
 */
export const patienceMs = 60_000
