import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Tx } from '#db/client.ts'
import type { Actor } from '#domain/people/permissions.ts'
import { inviteUser } from '#services/people/invite-user.ts'
import { type FreshDb, freshDb } from '#test/support/fresh-db.ts'
import { addActor } from '#test/support/people.ts'
import { openSandbox, type Sandbox } from '#test/support/sandbox.ts'
import { done } from '#test/support/workflow.ts'
import { findFirmPage, findFirmsPage, findFirmToInviteInto, listFirmsToWriteFor } from '#views/people/firms-page.ts'
import { findLinkPage, findPeoplePage, findPersonPage } from '#views/people/people-page.ts'

let db: FreshDb
let sandbox: Sandbox
/** The administrator of Alder Trading, another one, and one of the exchange. */
let alex: Actor
let aubrey: Actor
let hadley: Actor
beforeAll(async () => {
  db = await freshDb()
  sandbox = await openSandbox(db)
  alex = await sandbox.actor('alex')
  const now = db.clock.now
  aubrey = await addActor(
    db.database,
    { email: 'aubrey@alder.example', firm: 'Alder Trading', roles: ['firm-admin'] },
    now,
  )
  hadley = await addActor(
    db.database,
    { email: 'hadley@harbor.example', firm: 'Harbor Exchange', roles: ['administrator'] },
    now,
  )
})
afterAll(() => db?.close())

const as = <T>(reader: Actor, read: (tx: Tx, now: Date) => Promise<T>) =>
  db.database.withActor(reader, (tx) => read(tx, db.clock.now))

test('a firm’s administrator lists the firm’s own people, the exchange’s everybody', async () => {
  const own = await as(alex, (tx, now) => findPeoplePage(tx, alex, now))
  expect(new Set(own.map((person) => person.firmName))).toEqual(new Set(['Alder Trading']))
  const all = await as(hadley, (tx, now) => findPeoplePage(tx, hadley, now))
  expect(all.map((person) => person.firmName)).toContain('Harbor Exchange')
  expect(all.length).toBeGreaterThan(own.length)
})

test('what may be done about a person is done by somebody else, and roles are changed in the person’s own firm', async () => {
  const rights = async (reader: Actor, person: Actor) => {
    const people = await as(reader, (tx, now) => findPeoplePage(tx, reader, now))
    const row = people.find(({ userId }) => userId === person.userId)
    return row && [row.mayRenew, row.mayChangeRoles, row.mayDisable]
  }
  expect(await rights(alex, alex)).toEqual([false, false, false])
  expect(await rights(alex, aubrey)).toEqual([true, true, true])
  expect(await rights(hadley, aubrey)).toEqual([false, false, true])
})

test('a person of another firm has a page for the exchange alone, where everybody is asked for', async () => {
  const page = (reader: Actor, userId: string, whose: 'own' | 'everybody') =>
    as(reader, (tx, now) => findPersonPage(tx, reader, { userId, whose }, now))
  expect((await page(hadley, aubrey.userId, 'everybody'))?.person.email).toBe('aubrey@alder.example')
  expect(await page(hadley, aubrey.userId, 'own')).toBeUndefined()
  expect(await page(alex, hadley.userId, 'everybody')).toBeUndefined()
  expect(await page(alex, randomUUID(), 'own')).toBeUndefined()
})

test('a link says who made it, and who made it may not take its code', async () => {
  const input = { commandId: randomUUID(), firmId: alex.firmId, email: 'ada@alder.example', name: 'Ada Sample' }
  const { userId } = done(await inviteUser({ ...input, roles: ['viewer'] }, alex, sandbox.deps))
  const link = (reader: Actor) => as(reader, (tx, now) => findLinkPage(tx, reader, userId, now))
  expect(await link(alex)).toMatchObject({ madeBy: alex.name, codeAt: null, mayPass: false })
  expect(await link(aubrey)).toMatchObject({ madeBy: alex.name, mayPass: true })
  expect(await as(alex, (tx, now) => findLinkPage(tx, alex, aubrey.userId, now))).toBeUndefined()
})

test('a firm is shown with its domains, and its people are invited by itself or the exchange', async () => {
  const firms = await as(hadley, (tx, now) => findFirmsPage(tx, now))
  const alder = firms.find((firm) => firm.id === alex.firmId)
  expect(alder).toMatchObject({ name: 'Alder Trading', domains: ['alder.example'] })
  expect(alder?.administrators).toEqual([alex.name, aubrey.name].sort())
  const page = await as(hadley, (tx, now) => findFirmPage(tx, alex.firmId, now))
  expect(page?.domains.map(({ domain }) => domain)).toEqual(['alder.example'])
  const into = (reader: Actor, firmId: string) =>
    as(reader, (tx, now) => findFirmToInviteInto(tx, reader, firmId, now)).then((firm) => firm?.name)
  expect(await into(hadley, alex.firmId)).toBe('Alder Trading')
  expect(await into(alex, alex.firmId)).toBe('Alder Trading')
  expect(await into(alex, hadley.firmId)).toBeUndefined()
})

test('the exchange writes requests for firms, not for itself', async () => {
  const names = (await as(hadley, (tx, now) => listFirmsToWriteFor(tx, now))).map((firm) => firm.name)
  expect(names).toContain('Alder Trading')
  expect(names).not.toContain('Harbor Exchange')
})
