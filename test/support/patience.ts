/**
 * How long a test waits for something that must come. The limit costs nothing when it comes, and names what was missing
 * before the test's own time limit (vitest.config.ts) ends the test. This does not bound how fast anything is: `npm run
 * bench` measures that.
 */
export const patienceMs = 60_000
