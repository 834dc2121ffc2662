import { randomBytes } from 'node:crypto'
import { recordEvent } from '#db/audit.ts'
import type { Database } from '#db/client.ts'
import { insertDomain } from '#db/queries/people/firm-domains.ts'
import { insertFirm } from '#db/queries/people/firms.ts'
import { grantRoles, insertUser } from '#db/queries/people/people.ts'
import { users } from '#db/schema/users.ts'
import { domainOf } from '#domain/people/invite.ts'
import { ok, type Result, refuse } from '#domain/result.ts'
import { checkPassword, hashPassword } from './passwords.server.ts'
import { saveHash } from './people.server.ts'
import { sha256 } from './sessions.server.ts'

/** Who sets an installation up: the exchange as a firm, and its first administrator. */
export interface SetUpInput {
  token: string
  exchange: string
  name: string
  email: string
  password: string
}

export type SetUpRefusal = { code: 'invitation-gone' } | { code: 'weak-password'; why: string }

export interface SetUp {
  /**
   * The link's secret; undefined when the installation has people already. In this
   * process alone: the next start makes another.
   */
  token: string | undefined
  isOpen(token: string): boolean
  /** Make the exchange and its administrator, once. @returns the administrator's user id */
  run(input: SetUpInput): Promise<Result<string, SetUpRefusal>>
}

const lifeMs = 30 * 60_000

/** Offer the one-time link of an empty installation in production mode. */
export async function openSetUp(database: Database, mode: 'sandbox' | 'production', now: () => Date): Promise<SetUp> {
  const isEmpty = await database.asAuth(async (tx) => (await tx.$count(users)) === 0)
  if (mode === 'sandbox' || !isEmpty)
    return { token: undefined, isOpen: () => false, run: async () => refuse({ code: 'invitation-gone' }) }
  const token = randomBytes(32).toString('base64url')
  const hash = sha256(token)
  const until = now().getTime() + lifeMs
  let isUsed = false
  const isOpen = (given: string) => !isUsed && now().getTime() < until && sha256(given) === hash
  return {
    token,
    isOpen,
    async run(input) {
      if (!isOpen(input.token)) return refuse({ code: 'invitation-gone' })
      const strong = checkPassword(input.password, input.email)
      if (!strong.ok) return strong
      isUsed = true // set before the first await, so that the second of two at once finds it used
      try {
        return ok(await makeExchange(database, input, now()))
      } catch (error) {
        isUsed = false
        throw error
      }
    },
  }
}

async function makeExchange(database: Database, input: SetUpInput, now: Date): Promise<string> {
  const passwordHash = await hashPassword(input.password)
  const firmId = crypto.randomUUID()
  const id = crypto.randomUUID()
  await database.asJobs(async (tx) => {
    await insertFirm(tx, { id: firmId, name: input.exchange, isExchange: true }, [], now)
    await insertDomain(tx, { id: crypto.randomUUID(), firmId, domain: domainOf(input.email) }, now)
    await insertUser(tx, { id, firmId, name: input.name, email: input.email })
    await grantRoles(tx, { id, firmId }, ['administrator'], null, now)
    const object = { objectKind: 'user', objectId: id, forFirm: firmId }
    await recordEvent(tx, { at: now, action: 'installation.set-up', ...object, after: { exchange: input.exchange } })
  })
  await database.asAuth((tx) => saveHash(tx, id, passwordHash, now))
  return id
}
