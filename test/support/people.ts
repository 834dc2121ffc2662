import { randomBytes, randomUUID } from 'node:crypto'
import type { Database } from '#db/client.ts'
import { findFirmByNameOrCode } from '#db/queries/people/firms.ts'
import { listWaitingInvitations } from '#db/queries/people/invitations.ts'
import { findActor } from '#db/queries/people/people.ts'
import type { Actor } from '#domain/people/permissions.ts'
import type { Role } from '#domain/people/roles.ts'
import { addPerson, makeLink } from '#services/people/invite-user.ts'
import { giveCode } from '#services/people/pass-code.ts'

const random = { randomBytes: (length: number) => randomBytes(length) }

type NewPerson = { email: string; firm: string; roles: readonly Role[]; name?: string }

/** A new person, put into the database as an invitation would. @returns the person, able to act */
export async function addActor(database: Pick<Database, 'asJobs'>, person: NewPerson, now: Date): Promise<Actor> {
  const id = await addUser(database, person, now)
  const actor = await database.asJobs((tx) => findActor(tx, id, now))
  if (!actor) throw new Error(`${person.email} is not active`)
  return actor
}

/** A new person, with what two administrators would have passed on: the path of the link, and its code. */
export async function addInvited(
  database: Pick<Database, 'asJobs' | 'asAuth'>,
  person: NewPerson,
): Promise<{ path: string; code: string }> {
  const now = new Date()
  const id = await addUser(database, person, now)
  const { token } = await database.asJobs((tx) => makeLink(tx, id, null, random, now))
  const code = await database.asAuth(async (tx) => {
    const [link] = await listWaitingInvitations(tx, now, [id])
    if (!link) throw new Error(`no link waits for ${person.email}`)
    return giveCode(tx, link, null, random, now)
  })
  return { path: `/invitations/${token}`, code }
}

async function addUser(database: Pick<Database, 'asJobs'>, person: NewPerson, now: Date): Promise<string> {
  const { email, firm, roles, name = 'Noa Sample' } = person
  const id = randomUUID()
  await database.asJobs(async (tx) => {
    const firmId = await findFirmByNameOrCode(tx, firm, now)
    if (!firmId) throw new Error(`there is no firm ${firm}`)
    await addPerson(tx, { id, firmId, email, name }, roles, null, now)
  })
  return id
}
