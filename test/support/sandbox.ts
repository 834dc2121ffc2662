import { randomBytes, randomUUID } from 'node:crypto'
import { findActor } from '#db/queries/people/people.ts'
import { seal } from '#db/sealing.ts'
import { type Seeded, seedSandbox } from '#db/seed.ts'
import { seedPeople } from '#db/seed-data.ts'
import type { Actor } from '#domain/people/permissions.ts'
import type { Deps } from '#services/deps.ts'
import type { FreshDb } from './fresh-db.ts'

export type Person = 'avery' | 'alex' | 'casey' | 'drew' | 'xan' | 'bailey' | 'harper' | 'hollis'

export type Sandbox = {
  deps: Deps
  seeded: Seeded
  /** with their present rights: roles are read again at each call */
  actor(person: Person): Promise<Actor>
  /** move the clock on, so that the periods that end are not empty */
  tick(ms?: number): void
}

/** The key that seals the sandbox's access keys. */
export const sealingKey: Uint8Array = randomBytes(32)

/** The seeded sandbox of a test database, and its people to act as. */
export async function openSandbox(db: FreshDb): Promise<Sandbox> {
  const tick = (ms = 1000) => {
    db.clock.now = new Date(db.clock.now.getTime() + ms)
  }
  const make = {
    now: () => db.clock.now,
    newId: () => {
      tick(1) // each command of the seed names new ids, so no two may share an instant
      return randomUUID()
    },
    randomBytes: (length: number) => randomBytes(length),
    seal: (text: string, what: string) => seal(sealingKey, text, what),
  }
  const listen = [
    { role: 'primary' as const, host: '127.0.0.1', port: 9901 },
    { role: 'backup' as const, host: '127.0.0.1', port: 9902 },
  ]
  const seeded = await seedSandbox(db.database, make, { feed: { host: '127.0.0.1', port: 9801 }, listen })
  if (!seeded) throw new Error('the database was not empty')
  const actor = async (person: Person): Promise<Actor> => {
    const email = seedPeople.find((one) => one.key === person)?.email ?? ''
    const [row] = await db.owner<{ id: string }[]>`select id from dc.users where email = ${email}`
    const found = await db.database.asJobs((tx) => findActor(tx, row?.id ?? '', db.clock.now))
    if (!found) throw new Error(`${person} is not active`)
    return found
  }
  return { deps: { ...make, withActor: db.database.withActor }, seeded, actor, tick }
}
