import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Tx } from '#db/client.ts'
import { grantRoles, insertUser } from '#db/queries/people/people.ts'
import type { Actor } from '#domain/people/permissions.ts'
import { type FreshDb, freshDb } from '#test/support/fresh-db.ts'
import { groupHistory, groupPages, statusPages } from '#test/support/pages.ts'
import { openSandbox, type Person, type Sandbox } from '#test/support/sandbox.ts'
import { findDraftPage } from '#views/request/draft-page.ts'
import { countWaiting, findRequestsPage } from '#views/request/request-list.ts'
import { findRequestPage } from '#views/request/request-page.ts'
import { findSandboxSteps } from '#views/status/sandbox.ts'
import { listSandboxPeople } from '#views/status/sandbox-people.ts'
import { findTargetPage } from '#views/target/target-page.ts'

let db: FreshDb
let sandbox: Sandbox
beforeAll(async () => {
  db = await freshDb()
  sandbox = await openSandbox(db)
})
afterAll(() => db.close())

/** What a person reads. */
async function as<T>(person: Person, read: (tx: Tx, reader: Actor) => Promise<T>): Promise<T> {
  const reader = await sandbox.actor(person)
  return db.database.withActor(reader, (tx) => read(tx, reader))
}
const page = (person: Person, number: number) => as(person, (tx, me) => findRequestPage(tx, me, number, db.clock.now))

/** How many statements a view starts. */
async function statementsOf(tx: Tx, read: (tx: Tx) => Promise<unknown>): Promise<number> {
  const starts: readonly unknown[] = ['select', 'selectDistinct', 'selectDistinctOn', 'execute']
  let count = 0
  const counting = new Proxy(tx, {
    get(target, key) {
      if (starts.includes(key)) count += 1
      const member: unknown = Reflect.get(target, key, target)
      return typeof member === 'function' ? member.bind(target) : member
    },
  })
  await read(counting)
  return count
}

async function idOf(table: string, where: string): Promise<string> {
  const [row] = await db.owner<{ id: string }[]>`select id from ${db.owner(`dc.${table}`)} where name = ${where}`
  return row?.id ?? ''
}

const sandboxPeople: Person[] = ['avery', 'alex', 'casey', 'drew', 'xan', 'bailey', 'harper', 'hollis']

describe('the list of requests', () => {
  const asked = (person: Person, query = '') =>
    as(person, (tx, me) => findRequestsPage(tx, me, 'sandbox', new URLSearchParams(query)))
  test('shows each person what waits for them, and only what concerns their firm', async () => {
    const see = async (person: Person) => {
      const { list, counts } = await asked(person, 'show=all')
      return [list.rows.map((row) => row.number).sort(), counts.waiting.rows]
    }
    expect(await see('avery')).toEqual([[3, 5], 1])
    expect(await see('casey')).toEqual([[1, 4], 1])
    expect(await see('xan')).toEqual([[1, 2, 3], 1])
    expect(await see('bailey')).toEqual([[1, 2, 3, 4], 0])
    expect(await see('harper')).toEqual([[1, 2, 3, 4, 5], 0])
    expect(await as('xan', (tx, me) => countWaiting(tx, me, 'sandbox'))).toBe(1)
  })

  const numbers = async (person: Person, query: string) =>
    (await asked(person, query)).list.rows.map((row) => row.number).sort()

  test('begins with what waits for the reader, and where nothing does with what is open', async () => {
    expect((await asked('xan')).list).toMatchObject({
      asked: { filters: { show: 'waiting' } },
      pager: { total: { rows: 1 } },
    })
    expect((await asked('bailey')).list.asked.filters).toEqual({ show: 'open' })
  })

  test('is filtered by state and kind, and counts what each choice would show', async () => {
    const { counts } = await asked('harper')
    expect([counts.all.rows, counts.open.rows + counts.closed.rows]).toEqual([5, 5])
    expect(await numbers('harper', 'show=all')).toEqual([1, 2, 3, 4, 5])
    expect((await numbers('harper', 'show=open')).length).toBe(counts.open.rows)
    expect((await numbers('harper', 'show=closed')).length).toBe(counts.closed.rows)
    expect(await numbers('harper', 'show=all&kind=close')).toEqual([])
    const { list, owner } = await asked('harper', `show=all&owner=${(await sandbox.actor('avery')).firmId}`)
    expect(list.rows.map((row) => row.ownerName)).toEqual(['Alder Trading', 'Alder Trading'])
    expect(owner?.name).toBe('Alder Trading')
  })

  test('is found by number, group, firm and person, as far as the reader may see them', async () => {
    expect(await numbers('harper', 'show=all&q=3')).toContain(3)
    expect(await numbers('harper', 'show=all&q=options+DESK')).toEqual([3])
    expect(await numbers('harper', 'show=all&q=alder')).toEqual([3, 5])
    expect(await numbers('harper', 'show=all&q=casey')).toEqual([1, 4])
    expect(await numbers('xan', 'show=all&q=options+desk')).toEqual([3]) // a party, from what it was asked
    expect(await numbers('casey', 'show=all&q=options+desk')).toEqual([])
    expect(await numbers('harper', 'show=all&q=%25')).toEqual([])
    expect(await numbers('harper', `show=all&q=${'9'.repeat(10_000)}`)).toEqual([])
  })

  test('can be sorted by every column that it offers, both ways', async () => {
    for (const key of ['number', 'group', 'owner', 'submitted', 'since'])
      for (const dir of ['asc', 'desc'])
        expect(await numbers('harper', `show=all&sort=${key}&dir=${dir}`)).toEqual([1, 2, 3, 4, 5])
    const { list } = await asked('harper', 'show=all&sort=number&dir=desc')
    expect(list.rows.map((row) => row.number)).toEqual([5, 4, 3, 2, 1])
  })

  test('in SQL holds the same to wait for a person as the page of the request does', async () => {
    for (const person of sandboxPeople) {
      const waiting = (await asked(person, 'show=all')).list.rows.filter((row) => row.waitsForMe)
      expect(await numbers(person, 'show=waiting')).toEqual(waiting.map((row) => row.number).sort())
    }
  })
})

describe('the page of a request', () => {
  test('shows owner and exchange the whole, and a guarantor its slice alone', async () => {
    const owner = await page('avery', 3)
    expect(owner?.document).toMatchObject({ kind: 'new-group', groupName: 'Options desk' })
    expect(owner?.parties.map((party) => party.capacity)).toEqual(['exchange', 'guarantor', 'guarantor'])
    const xan = await page('xan', 3)
    expect(xan?.document).toBeNull()
    expect(xan?.sheet).toBeNull()
    expect(xan?.parties.map((party) => party.firmName)).toEqual(['Xenon Clearing'])
    expect(xan?.mine?.sentence).toBe(
      'I, Xan Xenon, signatory of Xenon Clearing (560), agree that copies of sessions Q1A882 and V8N882 go to Alder Trading, trade execution reports only, until withdrawn. Avery Alder may administer the group.',
    )
    expect(JSON.stringify(xan)).not.toContain('Birch')
  })

  test('shows a signatory exactly what was signed: on the request, and on the group', async () => {
    const request = await page('bailey', 1)
    const sentence =
      'I, Bailey Birch, signatory of Birch Clearing (571), agree that copies of session S2D914 go to Cedar Markets, all messages, until withdrawn. Casey Cedar may administer the group.'
    expect(request?.agreed).toMatchObject([
      { sentence, by: 'Bailey Birch', round: 1, slice: { sources: ['S2D914'], level: 'all', contacts: [{}] } },
    ])
    expect(request?.agreed[0]?.digest).toBe(request?.parties[0]?.sliceDigest)
    const id = await idOf('groups', 'Cedar risk')
    const group = await groupPages(db, await sandbox.actor('bailey'), id)
    expect(group?.agreed).toEqual(request?.agreed)
    expect((await page('casey', 1))?.agreed).toEqual([])
    expect((await page('bailey', 4))?.agreed).toEqual([]) // returned, not signed
  })

  test('calls a target by its session id once it has one', async () => {
    expect((await page('avery', 3))?.sheet?.targets.map((target) => target.sessionId)).toEqual(['new target 1'])
    const published = await page('casey', 1)
    expect(published?.sheet?.targets).toMatchObject([{ sessionId: sandbox.seeded.client.sessionId, isNew: true }])
  })

  test('froze the fee as it stood: a group that was being applied then was there before it', async () => {
    expect((await page('casey', 4))?.sheet?.fee).toMatchObject({
      amountMinor: 125_000,
      sentence:
        'Second group of Cedar Markets: 1,250.00 USD sample fee a month. Cedar risk, which is being applied, takes the waiver. An estimate until applied.',
    })
  })

  test('names who returned it to its owner, as the decision that the owner reads does', async () => {
    expect((await page('casey', 4))?.stateBy).toBe('Bailey Birch, Birch Clearing')
    expect((await page('bailey', 4))?.stateBy).toBe('Bailey Birch')
    const draft = await as('casey', (tx, me) => findDraftPage(tx, me, 4, db.clock.now))
    expect(draft?.returned?.by).toBe('Bailey Birch, Birch Clearing')
  })

  test('is not there for a firm that it does not concern', async () => {
    expect(await page('drew', 3)).toBeUndefined()
    expect(await page('drew', 999)).toBeUndefined()
  })

  test('is read with a handful of statements, however many firms are asked', async () => {
    for (const [person, number, most] of [
      ['avery', 3, 5],
      ['xan', 3, 5],
      ['casey', 1, 8],
      ['harper', 1, 8],
    ] as const)
      expect(
        await as(person, (tx, me) => statementsOf(tx, (it) => findRequestPage(it, me, number, db.clock.now))),
      ).toBeLessThanOrEqual(most)
  })

  test('says what each reader may do and why not', async () => {
    const may = async (person: Person) =>
      Object.fromEntries((await page(person, 3))?.actions.map((one) => [one.action, one.why ?? one.may]) ?? [])
    expect(await may('xan')).toEqual({ 'party-approve': true, 'party-return': true, 'party-reject': true })
    expect(await may('bailey')).toMatchObject({ 'party-approve': 'Your firm has answered.', 'take-back': true })
    expect(await may('avery')).toEqual({ withdraw: true })
    expect(await may('alex')).toEqual({ withdraw: 'This needs a requester.' })
    expect(await may('harper')).toEqual({})
  })
})

describe('the draft', () => {
  test('says who must sign, which targets result and what it costs', async () => {
    const draft = await as('avery', (tx, me) => findDraftPage(tx, me, 5, db.clock.now))
    expect(draft?.problems).toEqual([])
    expect(draft?.submit).toMatchObject({ may: true })
    expect(draft?.preview.signers.map((signer) => [signer.firmName, signer.sources])).toEqual([
      ['Xenon Clearing', ['K7T882']],
      ['Birch Clearing', ['M3P882']],
      ['Harbor Exchange', []],
    ])
    expect(draft?.preview.targets).toEqual([
      { sessionId: 'new target 1', gateway: 'cgw', isNew: true, sources: ['K7T882', 'M3P882'] },
    ])
    expect(draft?.preview.fee?.sentence).toBe(
      'First group of Alder Trading: waived. An estimate until applied: Options desk is asked for too, and the one applied first is free.',
    )
    expect(draft?.pickable.map((source) => source.name)).toEqual(['K7T882', 'M3P882', 'Q1A882', 'V8N882'])
    expect(draft?.accounts).toHaveLength(1)
  })

  test('names a name that is taken among what needs another look', async () => {
    const name = (to: string) =>
      db.owner`update dc.request_drafts set document = jsonb_set(document, '{groupName}', to_jsonb(${to}::text))
        where request_id = (select id from dc.requests where number = 5)`
    for (const typed of ['options DESK', 'Ｏｐｔｉｏｎｓ ｄｅｓｋ']) {
      await name(typed)
      const draft = await as('avery', (tx, me) => findDraftPage(tx, me, 5, db.clock.now))
      expect(draft?.problems).toEqual([
        { step: 'group', field: 'groupName', message: `Your firm has a group called ${typed} already.` },
      ])
    }
    await name('Desk 7')
  })

  test('reads a draft that was saved with characters that nobody sees', async () => {
    const name = (to: string) =>
      db.owner`update dc.request_drafts set document = jsonb_set(document, '{groupName}', to_jsonb(${to}::text))
        where request_id = (select id from dc.requests where number = 5)`
    await name('De\u200bsk 7')
    const draft = await as('avery', (tx, me) => findDraftPage(tx, me, 5, db.clock.now))
    await name('Desk 7')
    expect(draft?.document).toMatchObject({ groupName: 'Desk 7' })
  })

  test('shows people whom no clearing firm of the group can authorize, and those of whom that cannot be said yet', async () => {
    const draftWith = async (sources: string[]) => {
      await db.owner`update dc.request_drafts set document = jsonb_set(document, '{sources}', ${db.owner.json(sources)})
        where request_id = (select id from dc.requests where number = 5)`
      return as('avery', (tx, me) => findDraftPage(tx, me, 5, db.clock.now))
    }
    const xenonsAlone = await draftWith(['K7T882'])
    const message = '571 guarantees no session of this group; it can authorize nobody for it.'
    expect(xenonsAlone?.problems).toEqual([{ step: 'people', field: 'contacts.1.clearingCode', message }])
    expect(xenonsAlone?.preview.contactNotes).toEqual({})
    const withUnseen = await draftWith(['K7T882', 'S2D914'])
    expect(withUnseen?.problems).toEqual([])
    expect(withUnseen?.preview.contactNotes).toEqual({ 571: expect.stringContaining('refused when it is sent') })
    await draftWith(['K7T882', 'M3P882'])
  })

  test('is seen by its own firm and the exchange alone', async () => {
    expect(await as('casey', (tx, me) => findDraftPage(tx, me, 5, db.clock.now))).toBeUndefined()
    expect(await as('xan', (tx, me) => findDraftPage(tx, me, 5, db.clock.now))).toBeUndefined()
    expect((await as('harper', (tx, me) => findDraftPage(tx, me, 5, db.clock.now)))?.submit.may).toBe(false)
  })
})

describe('the page of a group', () => {
  test('shows the owner what was agreed, who signed it, and what it costs', async () => {
    const id = await idOf('groups', 'Cedar risk')
    const group = await groupPages(db, await sandbox.actor('casey'), id)
    expect(group).toMatchObject({ stateWord: 'Requested', isLive: false, otherSources: null })
    expect(group?.sources.map((source) => [source.name, source.flows, source.consents.length])).toEqual([
      ['R5C914', true, 1],
      ['S2D914', true, 1],
    ])
    expect(group?.signed.map((one) => one.firmName).sort()).toEqual([
      'Birch Clearing',
      'Harbor Exchange',
      'Xenon Clearing',
    ])
    expect(group?.bill?.sentence).toContain('waived')
    const history = await groupHistory(db, await sandbox.actor('casey'), id)
    const published = history?.rows.find((one) => one.requestNumber === 1)?.what
    expect(published).toBe(
      'Create group Cedar risk; Add R5C914 and S2D914; Level All messages; No reject messages; Authorize Casey Cedar for Xenon Clearing (560) and Birch Clearing (571)',
    )
    expect(history?.rows.map((one) => one.what)).toContain('Credential created on ' + sandbox.seeded.client.sessionId)
  })

  test('shows a guarantor its own sessions, a count of the others, and no target', async () => {
    const id = await idOf('groups', 'Cedar risk')
    const group = await groupPages(db, await sandbox.actor('xan'), id)
    expect(group?.sources.map((source) => source.name)).toEqual(['R5C914'])
    expect(group).toMatchObject({ otherSources: 1, targets: [], bill: null, withdrawable: ['R5C914'] })
    expect(JSON.stringify(group)).not.toContain('S2D914')
  })

  test('is not there for others', async () => {
    const id = await idOf('groups', 'Cedar risk')
    expect(await groupPages(db, await sandbox.actor('avery'), id)).toBeUndefined()
  })
})

describe('the page of a target', () => {
  const target = (person: Person) =>
    as(person, (tx, me) => findTargetPage(tx, me, sandbox.seeded.client.sessionId, db.clock.now))

  test('shows its technical contact how to connect, and the fingerprint of the password', async () => {
    const view = await target('casey')
    expect(view?.senderCompId).toBe(sandbox.seeded.client.senderCompId)
    expect(view?.listen.map((one) => one.role)).toEqual(['primary', 'backup'])
    expect(view?.credentials?.[0]?.fingerprint).toMatch(/^[0-9A-F]{4}-[0-9A-F]{4}$/)
    expect(view?.mayCreatePassword.may).toBe(true)
    expect(view?.sources.map((source) => source.name)).toEqual(['R5C914', 'S2D914'])
  })

  test('is not there for a guarantor or another firm, and the exchange may not create a password', async () => {
    expect(await target('xan')).toBeUndefined()
    expect(await target('avery')).toBeUndefined()
    expect((await target('hollis'))?.mayCreatePassword.may).toBe(false)
    expect((await target('hollis'))?.mayPause.may).toBe(true)
  })
})

describe('the status page', () => {
  const status = async (person: Person) => statusPages(db, await sandbox.actor(person))

  test('knows nothing while the connector has not reported', async () => {
    const view = await status('harper')
    expect(view.verdict).toMatchObject({ tone: 'unknown' })
    expect(view.isStale).toBe(true)
    expect(view.feeds.map((feed) => feed.id)).toEqual(['gw1'])
  })

  test('shows a firm its own', async () => {
    const view = await status('drew')
    expect(view.groups.map((group) => group.name)).toEqual(['Dogwood surveillance'])
    expect(view.targets).toHaveLength(1)
    expect(view.sources.map((source) => source.name)).toEqual(['T9F733', 'W4G733'])
    expect(view.feeds).toEqual([])
  })
})

describe('the sandbox', () => {
  test('offers eight people with what waits for them', async () => {
    const { people, isMore } = await db.database.asJobs((tx) => listSandboxPeople(tx, '', db.clock.now))
    expect(people).toHaveLength(8)
    expect(isMore).toBe(false)
    const text = (name: string) => people.find((person) => person.name === name)?.waitingText
    expect(text('Xan Xenon')).toBe('1 request to approve')
    expect(text('Avery Alder')).toBe('1 request to finish and submit')
    expect(text('Drew Dogwood')).toBe('1 target without a password')
    expect(text('Harper Harbor')).toBe('')
  })

  test('finds people by letters of their name, address or firm, and never offers more than twenty', async () => {
    const find = (search: string) => db.database.asJobs((tx) => listSandboxPeople(tx, search, db.clock.now))
    expect((await find('dogwood')).people.map(({ name }) => name)).toEqual(['Drew Dogwood'])
    expect((await find('avery@')).people.map(({ name }) => name)).toEqual(['Avery Alder'])
    expect((await find('%')).people).toEqual([])
    const { firmId } = await sandbox.actor('drew')
    for (let i = 0; i < 21; i++)
      await db.database.asJobs(async (tx) => {
        const user = { id: randomUUID(), firmId }
        await insertUser(tx, { ...user, name: `Sample ${i}`, email: `sample-${i}@dogwood.example` })
        await grantRoles(tx, user, ['viewer'], null, db.clock.now)
      })
    expect(await find('sample')).toMatchObject({ isMore: true, people: { length: 20 } })
    await db.owner`delete from dc.role_grants where user_id in (select id from dc.users where name like 'Sample %')`
    await db.owner`delete from dc.users where name like 'Sample %'`
  })

  test('begins with the draft and opens each page as the right person', async () => {
    const steps = await db.database.asJobs((tx) => findSandboxSteps(tx, db.clock.now))
    expect(steps?.map((step) => [step.id, step.isDone, step.isNext, step.asName])).toEqual([
      ['submit', false, true, 'Avery Alder'],
      ['sign-first', false, false, 'Xan Xenon'],
      ['sign-second', false, false, 'Bailey Birch'],
      ['approve', false, false, 'Harper Harbor'],
      ['create-password', false, false, 'Alex Alder'],
      ['connect', false, false, 'Alex Alder'],
    ])
    expect(steps?.[0]?.at).toEqual({ page: 'draft', number: 5 })
  })
})
