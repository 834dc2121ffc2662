import type { RequestHandler } from 'express'
import { isDatabaseAway } from '#db/away.ts'
import type { Database } from '#db/client.ts'
import { findActor, listActorsOf } from '#db/queries/people/people.ts'
import { addressOf } from './address.server.ts'
import type { SignedInUser } from './context.ts'
import type { FoundSession, Sessions } from './sessions.server.ts'

interface Identity {
  database: Pick<Database, 'asAuth'>
  sessions: Sessions
  /** Sessions that watch an event stream now: readings caused by its events are not the person's activity. */
  isWatching(sessionId: string): boolean
  now(): Date
}

/**
 * Find out who asks, once for the whole request, into `response.locals.user`. Documents, client navigations and
 * everything posted are activity and prolong the session; event streams, and what a page reads again because of one,
 * are not. Where the database does not answer, nobody is known, and `response.locals.isDatabaseAway` says why.
 */
export const identify =
  (identity: Identity): RequestHandler =>
  async (request, response, next) => {
    try {
      const cookies = request.headers.cookie
      let found = await identity.sessions.find(cookies, false)
      const isStream = request.path.startsWith('/events/')
      const isReread =
        request.method === 'GET' && request.path.endsWith('.data') && found && identity.isWatching(found.id)
      if (found && !isStream && !isReread) found = await identity.sessions.find(cookies, true)
      if (found?.setCookie) response.append('Set-Cookie', found.setCookie)
      response.locals.user = found && (await signedIn(identity, found, addressOf(request)))
      next()
    } catch (error) {
      if (!isDatabaseAway(error)) return next(error)
      response.locals.isDatabaseAway = true
      next()
    }
  }

/** The people of streams with their present rights; undefined where the session ended or they were disabled. */
export async function stillSignedIn(
  { database, sessions, now }: Pick<Identity, 'database' | 'sessions' | 'now'>,
  users: readonly SignedInUser[],
): Promise<(SignedInUser | undefined)[]> {
  const standing = await sessions.standing(users.map(({ sessionId }) => sessionId))
  const ids = [...new Set(users.map(({ userId }) => userId))]
  const actors = await database.asAuth((tx) => listActorsOf(tx, ids, now()))
  const byId = new Map(actors.map((actor) => [actor.userId, actor]))
  return users.map((user) => {
    const actor = standing.has(user.sessionId) ? byId.get(user.userId) : undefined
    return actor && { ...user, ...actor }
  })
}

/** The person of a session with their present rights; undefined when they were disabled meanwhile. */
async function signedIn(
  { database, now }: Pick<Identity, 'database' | 'now'>,
  session: FoundSession,
  origin: string | undefined,
): Promise<SignedInUser | undefined> {
  const actor = await database.asAuth((tx) => findActor(tx, session.userId, now()))
  return actor && { ...actor, ...(origin === undefined ? {} : { origin }), sessionId: session.id }
}
