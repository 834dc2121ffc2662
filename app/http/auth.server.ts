import { setTimeout } from 'node:timers/promises'
import { recordEvent } from '#db/audit.ts'
import type { Database, Tx } from '#db/client.ts'
import { findActor } from '#db/queries/people/people.ts'
import { ok, refuse } from '#domain/result.ts'
import type { Auth } from './auth-types.ts'
import type { Mode, SignedInUser } from './context.ts'
import { findInvitation, useInvitation } from './invitations.server.ts'
import { checkPassword, hashPassword, verifyPassword } from './passwords.server.ts'
import { findByEmail, findHash, saveHash, saveName } from './people.server.ts'
import type { Sessions } from './sessions.server.ts'
import type { SetUp } from './set-up.server.ts'
import type { SignInLimits } from './sign-in-limits.server.ts'

export interface AuthParts {
  database: Pick<Database, 'asAuth'>
  sessions: Sessions
  limits: SignInLimits
  setUp: SetUp
  mode: Mode
  now(): Date
}

/** Who made one request: the address and the person. */
interface Caller {
  /** Undefined where the connection has gone, or a proxy said no address. */
  address: string | undefined
  user: SignedInUser | undefined
}

/** The identity functions of one request. Every sign-in, refused or not, and every password set is an audit event. */
export function authFor(parts: AuthParts, caller: Caller): Auth {
  const { database, sessions, now } = parts
  /** Every sign-in gets a new session id; the session that this browser had before ends. */
  const renew = async (userId: string) => {
    if (caller.user) await sessions.end(caller.user.sessionId)
    return ok({ setCookie: await sessions.open(userId) })
  }
  return {
    signIn: (input) => signIn(parts, caller, input, renew),
    signOut: async () => {
      if (caller.user) await sessions.end(caller.user.sessionId)
      return { setCookie: sessions.blankCookie() }
    },
    changePassword: (input) => changePassword(parts, caller, input),
    findInvitation: (token) => database.asAuth((tx) => findInvitation(tx, token, now())),
    acceptInvitation: (input) => acceptInvitation(parts, caller, input, renew),
    isSetUpOpen: (token) => parts.setUp.isOpen(token),
    setUp: async (input) => {
      const made = await parts.setUp.run(input)
      return made.ok ? renew(made.value) : made
    },
    continueAs: async (userId) => {
      if (parts.mode !== 'sandbox') return refuse({ code: 'not-found' })
      const person = await database.asAuth((tx) => findActor(tx, userId, now()))
      return person ? renew(userId) : refuse({ code: 'not-found' })
    },
  }
}

type Renew = (userId: string) => Promise<{ ok: true; value: { setCookie: string } }>

async function signIn(
  parts: AuthParts,
  caller: Caller,
  { email, password }: { email: string; password: string },
  renew: Renew,
): ReturnType<Auth['signIn']> {
  const { database, limits } = parts
  const attempt = await limits.signIn(email, caller.address ?? 'unknown')
  if (!attempt.ok) return refuse({ code: 'too-many-attempts', retryAfterS: attempt.retryAfterS })
  if (attempt.delayMs > 0) await setTimeout(attempt.delayMs)
  const found = await database.asAuth((tx) => findByEmail(tx, email))
  const right = await verifyPassword(found?.hash ?? undefined, password)
  await database.asAuth((tx) =>
    note(parts, caller, tx, 'sign-in', found?.userId, right ? undefined : 'wrong-credentials'),
  )
  if (!found || !right) return refuse({ code: 'wrong-credentials' })
  await attempt.right()
  return renew(found.userId)
}

async function changePassword(
  parts: AuthParts,
  caller: Caller,
  input: { current: string; next: string },
): ReturnType<Auth['changePassword']> {
  const { user } = caller
  const { database, limits, sessions, now } = parts
  if (!user) throw new Error('requireUser comes before changePassword')
  const strong = checkPassword(input.next, user.email)
  if (!strong.ok) return strong
  const attempt = await limits.changePassword(user.sessionId)
  if (!attempt.ok) return refuse({ code: 'too-many-attempts', retryAfterS: attempt.retryAfterS })
  const stored = await database.asAuth((tx) => findHash(tx, user.userId))
  const right = await verifyPassword(stored, input.current)
  if (!right) {
    await database.asAuth((tx) => note(parts, caller, tx, 'password.change', user.userId, 'wrong-credentials'))
    return refuse({ code: 'wrong-credentials' })
  }
  await attempt.right()
  const hash = await hashPassword(input.next)
  await database.asAuth(async (tx) => {
    await saveHash(tx, user.userId, hash, now())
    await note(parts, caller, tx, 'password.change', user.userId)
  })
  await sessions.endAllOf(user.userId)
  return ok({ setCookie: await sessions.open(user.userId) })
}

async function acceptInvitation(
  parts: AuthParts,
  caller: Caller,
  input: { token: string; code: string; name: string; password: string },
  renew: Renew,
): ReturnType<Auth['acceptInvitation']> {
  const { database, sessions, now } = parts
  const invitation = await database.asAuth((tx) => findInvitation(tx, input.token, now()))
  if (!invitation) return refuse({ code: 'invitation-gone' })
  const strong = checkPassword(input.password, invitation.email)
  if (!strong.ok) return strong
  const hash = await hashPassword(input.password)
  const userId = await database.asAuth(async (tx) => {
    const id = await useInvitation(tx, input.token, input.code, now())
    if (id === undefined) {
      await note(parts, caller, tx, 'invitation.accept', undefined, 'wrong-code')
      return undefined
    }
    if (!invitation.hasPassword && input.name) await saveName(tx, id, input.name)
    await saveHash(tx, id, hash, now())
    await note(parts, caller, tx, 'invitation.accept', id)
    return id
  })
  if (userId === undefined) return refuse({ code: 'wrong-code' })
  await sessions.endAllOf(userId)
  return renew(userId)
}

/** @param userId undefined when nobody has the e-mail: the attempt is recorded without the typed address */
async function note(
  { now }: AuthParts,
  { address }: Caller,
  tx: Tx,
  action: string,
  userId: string | undefined,
  refused?: string,
): Promise<void> {
  await recordEvent(tx, {
    at: now(),
    actorId: userId ?? null,
    action,
    objectKind: 'user',
    objectId: userId ?? 'unknown',
    origin: address ?? null,
    refused: refused ?? null,
  })
}
