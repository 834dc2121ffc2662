import type { JobDeps } from './deps.ts'

/** What a pass did, for the log. */
export type Passed = { confirmed: number[]; expired: number[] }

/** Requests all of whose parts the connector runs become applied; the group goes live and its fee begins. */
export async function confirmApplied(_deps: JobDeps): Promise<number[]> {
  throw new Error('unreachable: being written')
}

/** Requests whose time has run out expire. */
export async function expireRequests(_deps: JobDeps): Promise<number[]> {
  throw new Error('unreachable: being written')
}

/** One pass over everything that is due; it takes no argument and may be repeated at any time. */
export async function runDueJobs(deps: JobDeps): Promise<Passed> {
  return { confirmed: await confirmApplied(deps), expired: await expireRequests(deps) }
}
