import { createHash } from 'node:crypto'
import { DrizzlePostgreSQLAdapter } from '@lucia-auth/adapter-drizzle'
import { and, eq, gt, inArray, lte, ne, or } from 'drizzle-orm'
import { type Adapter, type DatabaseSession, type DatabaseUser, Lucia, TimeSpan } from 'lucia'
import type { Database } from '#db/client.ts'
import { authSessions } from '#db/schema/sign-in.ts'
import { users } from '#db/schema/users.ts'

/**
 * Without a navigation or an action for this long a session ends; a page that only updates itself does not prolong it.
 */
const idle = new TimeSpan(4, 'h')
/** A session ends after this long in any case. */
const absoluteMs = 12 * 3600_000

declare module 'lucia' {
  interface Register {
    DatabaseSessionAttributes: { createdAt: Date; absoluteUntil: Date }
    DatabaseUserAttributes: { state: string }
  }
}

export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')

/** `id` is the sha256 of the cookie's value. */
export interface FoundSession {
  id: string
  userId: string
  /** Present when the session was prolonged, which the browser must learn. */
  setCookie?: string
}

export interface Sessions {
  /** A new session under a new id. @returns the `Set-Cookie` value */
  open(userId: string): Promise<string>
  /**
   * Whose session the cookie opens; undefined when there is none, it has ended, or the person is disabled.
   * @param prolong true for navigations and actions
   */
  find(cookieHeader: string | undefined, prolong: boolean): Promise<FoundSession | undefined>
  /** Which of these are still good, by id, for streams that stay open. Never prolongs. */
  standing(ids: readonly string[]): Promise<Set<string>>
  end(id: string): Promise<void>
  endAllOf(userId: string, butId?: string): Promise<void>
  blankCookie(): string
}

/**
 * lucia over `dc_auth`, in the only file that knows lucia. The adapter is wrapped: the table holds the sha256 of a
 * session's id, so that reading the table opens no session; a session has a lifetime that no activity prolongs; a
 * disabled person has no session.
 */
export function openSessions(options: { db: Database['auth']; port: number; secure: boolean; now(): Date }): Sessions {
  const { db, now } = options
  const stored = new DrizzlePostgreSQLAdapter(db, authSessions, users)
  const find = async (id: string): Promise<[DatabaseSession, DatabaseUser] | undefined> => {
    const [session, user] = await stored.getSessionAndUser(id)
    if (!session || !user) return undefined
    if (user.attributes.state !== 'active') {
      await stored.deleteSession(id) // otherwise it would come back when the person is enabled
      return undefined
    }
    return session.expiresAt > now() && session.attributes.absoluteUntil > now() ? [session, user] : undefined
  }
  const lucia = new Lucia(hashing(stored, find), {
    sessionExpiresIn: idle,
    sessionCookie: { name: `drop_copy_${options.port}`, attributes: { secure: options.secure, sameSite: 'lax' } },
  })
  return {
    open: async (userId) => {
      const attributes = { createdAt: now(), absoluteUntil: new Date(now().getTime() + absoluteMs) }
      const session = await lucia.createSession(userId, attributes)
      return lucia.createSessionCookie(session.id).serialize()
    },
    find: async (cookieHeader, prolong) => {
      const raw = lucia.readSessionCookie(cookieHeader ?? '')
      if (!raw) return undefined
      const id = sha256(raw)
      if (!prolong) {
        const found = await find(id)
        return found && { id, userId: found[1].id }
      }
      const { session } = await lucia.validateSession(raw)
      if (!session) return undefined
      const told = session.fresh ? { setCookie: lucia.createSessionCookie(raw).serialize() } : {}
      return { id, userId: session.userId, ...told }
    },
    standing: async (ids) => {
      const isGood = and(gt(authSessions.expiresAt, now()), gt(authSessions.absoluteUntil, now()))
      const rows = await db
        .select({ id: authSessions.id })
        .from(authSessions)
        .innerJoin(users, and(eq(users.id, authSessions.userId), eq(users.state, 'active')))
        .where(and(inArray(authSessions.id, [...ids]), isGood))
      return new Set(rows.map(({ id }) => id))
    },
    end: (id) => stored.deleteSession(id),
    endAllOf: async (userId, butId = '') => {
      await db.delete(authSessions).where(and(eq(authSessions.userId, userId), ne(authSessions.id, butId)))
    },
    blankCookie: () => lucia.createBlankSessionCookie().serialize(),
  }
}

/** Forget sessions that ended by themselves. */
export async function removeExpiredSessions(db: Database['auth'], now: Date): Promise<void> {
  await db.delete(authSessions).where(or(lte(authSessions.expiresAt, now), lte(authSessions.absoluteUntil, now)))
}

/** lucia's adapter as lucia sees it: raw ids on its side, their sha256 in the table. */
function hashing(stored: Adapter, find: (id: string) => Promise<[DatabaseSession, DatabaseUser] | undefined>): Adapter {
  return {
    getSessionAndUser: async (raw) => {
      const found = await find(sha256(raw))
      return found ? [{ ...found[0], id: raw }, found[1]] : [null, null]
    },
    getUserSessions: (userId) => stored.getUserSessions(userId),
    setSession: (session) => stored.setSession({ ...session, id: sha256(session.id) }),
    updateSessionExpiration: (raw, expiresAt) => stored.updateSessionExpiration(sha256(raw), expiresAt),
    deleteSession: (raw) => stored.deleteSession(sha256(raw)),
    deleteUserSessions: (userId) => stored.deleteUserSessions(userId),
    deleteExpiredSessions: () => stored.deleteExpiredSessions(),
  }
}
