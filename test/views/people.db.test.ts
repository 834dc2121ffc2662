import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Tx } from '#db/client.ts'
import { readAsked } from '#domain/list/ask.ts'
import { firmList } from '#domain/people/firm-list.ts'
import { peopleList } from '#domain/people/people-list.ts'
import type { Actor } from '#domain/people/permissions.ts'
import { inviteUser } from '#services/people/invite-user.ts'
import { type FreshDb, freshDb } from '#test/support/fresh-db.ts'
import { addActor } from '#test/support/people.ts'
import { openSandbox, type Sandbox } from '#test/support/sandbox.ts'
import { done } from '#test/support/workflow.ts'
import { findFirmsPage, findFirmToInviteInto, findKeptFirm, listFirmsToWriteFor } from '#views/people/firms-page.ts'
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

const peoplePage = (reader: Actor, query = '') => {
  const asked = readAsked(new URLSearchParams(query), peopleList)
  return as(reader, (tx, now) => findPeoplePage(tx, reader, asked, 50, now))
}
const peopleBy = async (reader: Actor, query = '') => (await peoplePage(reader, query)).list.rows

describe('the list of people', () => {
  test('is searched by name, e-mail and firm', async () => {
    expect((await peopleBy(hadley, 'q=aubrey@')).map((person) => person.userId)).toEqual([aubrey.userId])
    expect((await peopleBy(hadley, 'q=alder+trading')).map((person) => person.firmId)).toContain(alex.firmId)
    expect(await peopleBy(alex, 'q=harbor')).toEqual([])
    expect(await peopleBy(hadley, 'q=%25')).toEqual([])
  })

  test('is filtered by role, firm and state, and counts what each choice would show', async () => {
    const gams = await peopleBy(hadley, 'role=gam')
    expect(gams.length).toBeGreaterThan(0)
    expect(gams.every((person) => person.roles.includes('gam'))).toBe(true)
    const { list, counts, firm } = await peoplePage(hadley, `firm=${alex.firmId}`)
    expect(new Set(list.rows.map((person) => person.firmName))).toEqual(new Set([firm?.name]))
    expect(counts.all.rows).toBe(list.rows.length)
    expect((await peopleBy(hadley, 'show=link')).every((person) => person.linkUntil !== null)).toBe(true)
    expect(await peopleBy(hadley, 'show=disabled')).toEqual([])
    expect(await peopleBy(alex, `firm=${hadley.firmId}`)).toEqual([])
  })

  test('stands by firm and within it by name, or by name, or by e-mail', async () => {
    const order = new Intl.Collator('en', { numeric: true }).compare
    const byFirm = (await peopleBy(hadley)).map(({ firmName, name }) => `${firmName} ${name}`)
    expect(byFirm).toEqual([...byFirm].sort(order))
    for (const key of ['name', 'email'] as const) {
      const values = (await peopleBy(hadley, `sort=${key}&dir=desc`)).map((person) => person[key])
      expect(values).toEqual([...values].sort((a, b) => order(b, a)))
    }
  })
})

test('a firm’s administrator lists the firm’s own people, the exchange’s everybody', async () => {
  const own = await peopleBy(alex)
  expect(new Set(own.map((person) => person.firmName))).toEqual(new Set(['Alder Trading']))
  const all = await peopleBy(hadley)
  expect(all.map((person) => person.firmName)).toContain('Harbor Exchange')
  expect(all.length).toBeGreaterThan(own.length)
})

test('what may be done about a person is done by somebody else, and roles are changed in the person’s own firm', async () => {
  const rights = async (reader: Actor, person: Actor) => {
    const people = await peopleBy(reader)
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
  const alder = (await firmsBy('')).rows.find((firm) => firm.id === alex.firmId)
  expect(alder).toMatchObject({ name: 'Alder Trading', domains: ['alder.example'] })
  expect(alder?.administrators).toEqual([alex.name, aubrey.name].sort())
  const page = await as(hadley, (tx, now) => findKeptFirm(tx, alex.firmId, now))
  expect(page?.domains.map(({ domain }) => domain)).toEqual(['alder.example'])
  const into = (reader: Actor, firmId: string) =>
    as(reader, (tx, now) => findFirmToInviteInto(tx, reader, firmId, now)).then((firm) => firm?.name)
  expect(await into(hadley, alex.firmId)).toBe('Alder Trading')
  expect(await into(alex, alex.firmId)).toBe('Alder Trading')
  expect(await into(alex, hadley.firmId)).toBeUndefined()
})

const firmsBy = (query: string, size = 50) =>
  as(hadley, (tx, now) => findFirmsPage(tx, readAsked(new URLSearchParams(query), firmList), size, now))
const namesBy = async (query: string) => (await firmsBy(query)).rows.map((firm) => firm.name)

describe('the list of firms', () => {
  test('is searched by name, by a domain and by a firm ID', async () => {
    expect(await namesBy('q=aldER')).toEqual(['Alder Trading'])
    expect(await namesBy('q=alder.example')).toEqual(['Alder Trading'])
    const { codes } = (await firmsBy('q=Alder')).rows[0]!
    expect(await namesBy(`q=${codes[0]!.toLowerCase()}`)).toContain('Alder Trading')
  })

  test('takes % for a letter, and finds nothing by ten thousand of them', async () => {
    expect(await namesBy('q=%25')).toEqual([])
    expect(await firmsBy(`q=${'%25'.repeat(10_000)}`)).toMatchObject({
      rows: [],
      note: expect.stringContaining('left out'),
    })
  })

  test('has the firms without an administrator and those without a domain apart', async () => {
    const all = (await firmsBy('')).rows
    const without = (key: 'administrators' | 'domains') =>
      all.filter((firm) => firm[key].length === 0).map((firm) => firm.name)
    expect(await namesBy('lacks=administrator')).toEqual(without('administrators'))
    expect(await namesBy('lacks=domain')).toEqual(without('domains'))
    expect(await namesBy('lacks=domain&q=alder')).toEqual([])
  })

  test('is paged in the order of names, and knows where each page stands', async () => {
    const all = await firmsBy('')
    const first = await firmsBy('', 2)
    expect(first.pager).toMatchObject({ first: 1, last: 2, total: { rows: all.rows.length }, previous: null })
    const second = await firmsBy(first.pager.next!, 2)
    expect(second.pager).toMatchObject({ first: 3, last: 4 })
    expect([...first.rows, ...second.rows]).toEqual(all.rows.slice(0, 4))
    expect((await firmsBy(second.pager.previous!, 2)).rows).toEqual(first.rows)
  })
})

test('the exchange writes requests for firms, not for itself', async () => {
  const names = (await as(hadley, (tx) => listFirmsToWriteFor(tx))).map((firm) => firm.name)
  expect(names).toContain('Alder Trading')
  expect(names).not.toContain('Harbor Exchange')
})
