import type { Actor } from '#domain/people/permissions.ts'
import type { Role } from '#domain/people/roles.ts'
import type { Tx } from '../client.ts'

export type PersonRow = {
  userId: string
  name: string
  email: string
  firmId: string
  firmName: string
  isActive: boolean
  roles: Role[]
}

/** Who a signed-in user is now: firm, roles in force, and whether they are a contact of a group. Undefined when disabled. */
export async function findActor(_tx: Tx, _userId: string, _now: Date): Promise<Actor | undefined> {
  throw new Error('unreachable: being written')
}

/** The people of the firms that this transaction sees, by firm and name. */
export async function listPeople(_tx: Tx, _now: Date): Promise<PersonRow[]> {
  throw new Error('unreachable: being written')
}
