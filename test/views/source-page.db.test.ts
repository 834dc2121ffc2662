import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { withdrawConsent } from '#services/group/withdraw-consent.ts'
import type { FreshDb } from '#test/support/fresh-db.ts'
import type { Person, Sandbox } from '#test/support/sandbox.ts'
import { done, groupIdOf, openWorkflow, type Workflow } from '#test/support/workflow.ts'
import { findSourcePage } from '#views/source/source-page.ts'

let db: FreshDb
let sandbox: Sandbox
let flow: Workflow
beforeAll(async () => {
  const opened = await openWorkflow()
  db = opened.db
  sandbox = opened.sandbox
  flow = opened.flow
})
afterAll(() => db.close())

const page = async (person: Person, name: string, before?: number) => {
  const reader = await sandbox.actor(person)
  return db.database.withActor(reader, (tx) =>
    findSourcePage(tx, reader, 'sandbox', name, { now: db.clock.now, before }),
  )
}
const put = (table: string, row: Record<string, unknown>) =>
  db.owner`insert into ${db.owner(`dc.${table}`)} ${db.owner({ environment: 'sandbox', connector: 'test', at: db.clock.now, ...row })}`
/** The connector is heard now, as it is every second. */
const beHeard = () => db.owner`update dc.observed_connectors set heard_at = ${db.clock.now}`

describe('the page of a source session', () => {
  test('says what it is, whose it is, who guarantees it and which requests named it', async () => {
    const view = await page('harper', 'V8N882')
    expect(view).toMatchObject({
      ...{ sessionCode: 'V8N', executionCode: '882', gatewayKind: 'cgw', feedId: 'gw1', isOpen: true },
      holder: { name: 'Alder Trading' },
      state: { word: 'Paused', text: 'In no group', sentence: 'It feeds no group.' },
    })
    expect(view?.guarantors.map(({ firmName, until }) => [firmName, until])).toEqual([
      ['Birch Clearing', null],
      ['Xenon Clearing', null],
    ])
    expect(view?.requests.map(({ number, groupName, ownerName }) => [number, groupName, ownerName])).toEqual([
      [3, 'Options desk', 'Alder Trading'],
    ])
  })

  test('is silent until the connector has heard it, then heard; its figures are by group', async () => {
    await beHeard()
    expect((await page('casey', 'R5C914'))?.state).toMatchObject({ text: 'Silent' })
    const { sessionId } = sandbox.seeded.client
    await put('observed_sources', {
      ...{ source_id: 'R5C914', feed_id: 'gw1', highest: 40, received: 30, duplicates: 2, aside: 1 },
      last_received_at: db.clock.now,
    })
    await put('observed_ledger', {
      ...{ session_id: sessionId, source_id: 'R5C914', week: '2026-03-01', received: 30, delivered: 25, filtered: 5 },
    })
    for (const person of ['harper', 'casey', 'xan'] as const) {
      const view = await page(person, 'R5C914')
      expect(view?.figures).toMatchObject({ received: 30, highest: 40, duplicates: 2, aside: 1 })
      expect(view?.groups.map(({ groupName, ledger }) => [groupName, ledger?.received, ledger?.delivered])).toEqual([
        ['Cedar risk', 30, 25],
      ])
    }
    expect((await page('harper', 'R5C914'))?.state).toMatchObject({
      ...{ word: 'Complete', text: 'Heard', sentence: 'It is heard, and feeds 1 group.' },
    })
    expect((await page('casey', 'R5C914'))?.state.sentence).toBe('It is heard, and feeds 1 group that you see.')
  })

  test('tells what its feed lost, and an alarm about itself', async () => {
    await put('observed_feeds', { feed_id: 'gw1', state: 'logged-on', since: db.clock.now, lost: 3 })
    expect((await page('casey', 'R5C914'))?.state).toMatchObject({ word: 'Needs you', feed: 'gw1' })
    expect((await page('casey', 'R5C914'))?.feed).toEqual({ lost: 3, missing: 0 })
    await db.owner`update dc.observed_feeds set lost = 0`
    const alarm = { code: 'gap', kind: 'source', says: 'Numbers 4 to 9 never came', since: db.clock.now }
    await db.owner`insert into dc.observed_alarms ${db.owner({ environment: 'sandbox', connector: 'test', object_id: 'R5C914', ...alarm })}`
    expect((await page('harper', 'R5C914'))?.state).toMatchObject({ sentence: 'Numbers 4 to 9 never came.' })
    expect((await page('harper', 'R5C914'))?.alarms.map(({ code }) => code)).toEqual(['gap'])
    await db.owner`delete from dc.observed_alarms`
  })

  test('shows the target that carries it to the owner and the exchange, not to the guarantor', async () => {
    const targetsOf = async (person: Person) =>
      (await page(person, 'R5C914'))?.targets.map(({ sessionId }) => sessionId)
    expect(await targetsOf('casey')).toEqual([sandbox.seeded.client.sessionId])
    expect(await targetsOf('harper')).toEqual([sandbox.seeded.client.sessionId])
    expect(await targetsOf('xan')).toEqual([])
  })

  test('does not exist for a firm that may not see it, nor in another environment', async () => {
    expect(await page('drew', 'R5C914')).toBeUndefined()
    expect(await page('bailey', 'R5C914')).toBeUndefined()
    expect(await page('harper', 'ZZZ999')).toBeUndefined()
    const harper = await sandbox.actor('harper')
    const elsewhere = await db.database.withActor(harper, (tx) =>
      findSourcePage(tx, harper, 'production', 'R5C914', { now: db.clock.now }),
    )
    expect(elsewhere).toBeUndefined()
  })

  test('names to each firm the requests that asked it alone, page by page', async () => {
    const numbers = async (person: Person, name: string, before?: number) =>
      (await page(person, name, before))?.requests.map(({ number }) => number)
    expect(await numbers('harper', 'S2D914')).toEqual([4, 1])
    expect(await numbers('harper', 'S2D914', 4)).toEqual([1])
    expect(await numbers('bailey', 'S2D914')).toEqual([4, 1])
    expect(await numbers('casey', 'S2D914')).toEqual([4, 1])
    // a draft has named nothing yet
    expect(await numbers('avery', 'K7T882')).toEqual([])
    done(await flow.submit('avery', 5))
    expect(await numbers('avery', 'K7T882')).toEqual([5])
    expect(await numbers('xan', 'K7T882')).toEqual([5])
  })

  test('keeps a group that it left, with whose consent is gone and the reason given', async () => {
    sandbox.tick()
    const xan = await sandbox.actor('xan')
    const groupId = await groupIdOf(db, 'Cedar risk')
    const input = { commandId: flow.commandId(), groupId, sources: ['R5C914'], reason: 'No longer our client' }
    done(await withdrawConsent({ ...input, mode: 'from-now-on' }, xan, flow.deps))
    await beHeard()
    for (const person of ['harper', 'casey', 'xan'] as const) {
      const view = await page(person, 'R5C914')
      expect(view?.groups).toMatchObject([
        { groupName: 'Cedar risk', why: 'Xenon Clearing withdrew its consent', reason: 'No longer our client' },
      ])
      expect(view?.groups[0]?.until).toEqual(db.clock.now)
      expect(view?.state.text).toBe('In no group')
    }
  })
})
