import { isDatabaseAway } from '#db/away.ts'
import type { Database } from '#db/client.ts'

/** The answer of a page while the database is away: the frame says that nothing is lost. */
export const databaseAway = (): Response =>
  new Response(null, { status: 503, statusText: 'Service Unavailable', headers: { 'Retry-After': '5' } })

/** The database as pages reach it: when it does not answer, pages throw a page that says so. */
export function withOutagePage<D extends Pick<Database, 'withActor' | 'asAuth' | 'asJobs'>>(database: D): D {
  const page = (error: unknown): never => {
    throw isDatabaseAway(error) ? databaseAway() : error
  }
  return {
    ...database,
    withActor: (actor, fn, command) => database.withActor(actor, fn, command).catch(page),
    asAuth: (fn) => database.asAuth(fn).catch(page),
    asJobs: (fn) => database.asJobs(fn).catch(page),
  }
}
