import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { FreshDb } from '#test/support/fresh-db.ts'
import type { Person, Sandbox } from '#test/support/sandbox.ts'
import { openWorkflow } from '#test/support/workflow.ts'
import { findFirmPage } from '#views/firm/firm-page.ts'

let db: FreshDb
let sandbox: Sandbox
beforeAll(async () => {
  const opened = await openWorkflow()
  db = opened.db
  sandbox = opened.sandbox
})
afterAll(() => db.close())

const page = async (person: Person, firm: string) => {
  const reader = await sandbox.actor(person)
  const [row] = await db.owner<{ id: string }[]>`select id from dc.firms where name = ${firm}`
  return db.database.withActor(reader, (tx) => findFirmPage(tx, reader, 'sandbox', row?.id ?? '', db.clock.now))
}
const names = (list: { rows: { name: string }[] } | undefined) => list?.rows.map(({ name }) => name)
const numbers = (list: { rows: { number: number }[] } | undefined) => list?.rows.map(({ number }) => number)

describe('the page of a firm', () => {
  test('shows its own people what it has and does', async () => {
    const cedar = await page('casey', 'Cedar Markets')
    expect(cedar).toMatchObject({ name: 'Cedar Markets', isOwn: true, isActive: true, kept: null })
    expect(cedar?.codes).toMatchObject([{ kind: 'execution', code: '914' }])
    expect(cedar?.agreement?.signedAt).toBeInstanceOf(Date)
    const { inside } = cedar ?? {}
    expect(names(inside?.groups)).toEqual(['Cedar back office', 'Cedar risk'])
    expect(names(inside?.held)).toEqual(['R5C914', 'S2D914'])
    expect(names(inside?.guaranteed)).toEqual([])
    expect([numbers(inside?.owned), numbers(inside?.asked)]).toEqual([[4, 1], []])
    // Casey does not administer the firm
    expect(inside?.people).toBeNull()
    expect(names((await page('alex', 'Alder Trading'))?.inside?.people ?? undefined)).toEqual([
      'Alex Alder',
      'Avery Alder',
    ])
  })

  test('shows a clearing firm the sessions that it guarantees, and the requests that asked it', async () => {
    const xenon = await page('xan', 'Xenon Clearing')
    expect(names(xenon?.inside?.guaranteed)).toEqual(['K7T882', 'Q1A882', 'R5C914', 'T9F733', 'V8N882'])
    expect(numbers(xenon?.inside?.asked)).toEqual([3, 2, 1])
    expect(xenon?.inside?.owned).toEqual({ rows: [], total: 0 })
  })

  test('shows the exchange the same of every firm', async () => {
    const xenon = await page('harper', 'Xenon Clearing')
    expect(names(xenon?.inside?.guaranteed)).toHaveLength(5)
    expect(numbers(xenon?.inside?.asked)).toEqual([3, 2, 1])
    expect(names((await page('harper', 'Cedar Markets'))?.inside?.groups)).toEqual(['Cedar back office', 'Cedar risk'])
  })

  test('shows another firm what the directory says, and nothing else', async () => {
    const cedar = await page('drew', 'Cedar Markets')
    expect(cedar).toMatchObject({ name: 'Cedar Markets', inside: null, kept: null, agreement: null, gam: null })
    // Execution Firm IDs are for the firm and the exchange, Clearing Firm IDs are published
    expect(cedar?.codes).toEqual([])
    expect((await page('drew', 'Xenon Clearing'))?.codes).toMatchObject([{ kind: 'clearing', code: '560' }])
    // not even to the guarantor of its sessions
    expect((await page('xan', 'Cedar Markets'))?.inside).toBeNull()
  })

  test('has ten rows of each list at most, and how many there are', async () => {
    const [owner] = await db.owner<{ id: string }[]>`select id from dc.firms where name = 'Dogwood Capital'`
    await db.owner`insert into dc.groups (environment, owner_id, name, state)
      select 'sandbox', ${owner?.id ?? ''}, 'Book ' || n, 'requested' from generate_series(1, 12) n`
    const { groups } = (await page('drew', 'Dogwood Capital'))?.inside ?? {}
    expect([groups?.rows.length, groups?.total]).toEqual([10, 13])
  })
})
