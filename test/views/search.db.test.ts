import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readQuestion } from '#domain/search/question.ts'
import type { FreshDb } from '#test/support/fresh-db.ts'
import type { Person, Sandbox } from '#test/support/sandbox.ts'
import { openWorkflow } from '#test/support/workflow.ts'
import { findAnything } from '#views/search/find-anything.ts'

let db: FreshDb
let sandbox: Sandbox
beforeAll(async () => {
  const opened = await openWorkflow()
  db = opened.db
  sandbox = opened.sandbox
})
afterAll(() => db.close())

/** What a person finds: `source K7T882`, in the order shown. */
async function find(person: Person, typed: string): Promise<string[]> {
  const { question } = readQuestion(typed)
  if (!question) throw new Error(`${typed} is no question`)
  const reader = await sandbox.actor(person)
  const kinds = await db.database.withActor(reader, (tx) => findAnything(tx, reader, 'sandbox', question, db.clock.now))
  return kinds.flatMap(({ kind, hits }) => hits.map(({ title }) => `${kind} ${title}`))
}

describe('the search', () => {
  test('finds a source session by its name in each way of writing, by its beginning and by its Firm ID', async () => {
    for (const typed of ['K7T882', 'k7t 882', 'K7T882N']) expect(await find('harper', typed)).toEqual(['source K7T882'])
    expect(await find('harper', 'K7')).toEqual(['source K7T882'])
    expect(await find('harper', 'K7T8')).toEqual(['source K7T882'])
    expect((await find('harper', '882')).filter((hit) => hit.startsWith('source'))).toEqual(
      ['K7T882', 'M3P882', 'Q1A882', 'V8N882'].map((name) => `source ${name}`),
    )
  })

  test('finds a target by its session id and by its SenderCompID', async () => {
    const { sessionId } = sandbox.seeded.client
    expect(await find('casey', sessionId)).toEqual([`target ${sessionId}`])
    expect(await find('casey', `${sessionId.toLowerCase()}n`)).toEqual([`target ${sessionId}`])
  })

  test('finds a group by any part of its name, the exact name first', async () => {
    expect(await find('harper', 'cedar')).toEqual(
      expect.arrayContaining(['group Cedar risk', 'group Cedar back office']),
    )
    expect((await find('harper', 'CEDAR RISK'))[0]).toBe('group Cedar risk')
    expect(await find('harper', 'back')).toEqual(['group Cedar back office'])
  })

  test('finds a request by its number', async () => {
    expect(await find('harper', '1')).toContain('request Request 1')
    expect(await find('harper', '#1')).toEqual(['request Request 1'])
  })

  test('finds people for those alone who may see people, and of a firm its own', async () => {
    expect(await find('harper', 'bailey')).toEqual([])
    expect(await find('alex', 'avery@')).toEqual(['person Avery Alder'])
    expect(await find('alex', 'ery a')).toEqual(['person Avery Alder'])
    expect(await find('alex', 'harper')).toEqual([])
  })

  test('finds a firm for everybody by its name, and by a code that the reader sees', async () => {
    for (const person of ['harper', 'casey', 'drew'] as const) {
      expect(await find(person, 'xenon')).toContain('firm Xenon Clearing')
      expect(await find(person, '560')).toContain('firm Xenon Clearing')
    }
    expect((await find('casey', '914'))[0]).toBe('firm Cedar Markets')
    expect((await find('harper', '914'))[0]).toBe('firm Cedar Markets')
  })

  test('finds a feed for those alone who may see feeds', async () => {
    expect(await find('hollis', 'gw1')).toEqual(['feed gw1'])
    expect(await find('harper', 'gw1')).toEqual([])
    expect(await find('casey', 'gw1')).toEqual([])
  })

  test('tells nobody that there is what they may not see', async () => {
    const { sessionId } = sandbox.seeded.client
    const ofCedar = ['R5C914', 'R5C', '914', sessionId, 'Cedar risk', 'risk', '#1', 'casey@cedar.example']
    for (const typed of ofCedar) expect([typed, await find('drew', typed)]).toEqual([typed, []])
    // the guarantor of one of the two sessions: that session and the group, but no target and not the other
    expect(await find('xan', 'R5C914')).toEqual(['source R5C914'])
    expect(await find('xan', 'S2D914')).toEqual([])
    expect(await find('xan', 'Cedar risk')).toEqual(['group Cedar risk'])
    expect(await find('xan', sessionId)).toEqual([])
    expect(await find('xan', '#1')).toEqual(['request Request 1'])
    // the same question in an environment where there is nothing
    const harper = await sandbox.actor('harper')
    const { question } = readQuestion('R5C914')
    const elsewhere = await db.database.withActor(harper, (tx) =>
      question ? findAnything(tx, harper, 'production', question, db.clock.now) : Promise.resolve([]),
    )
    expect(elsewhere).toEqual([])
  })

  test('takes every character as itself', async () => {
    for (const typed of ['%', '_', '\\', '%%', "'; drop table dc.groups; --", 'مكتب', '🙂', '"', '100%'])
      expect([typed, await find('harper', typed)]).toEqual([typed, []])
  })

  test('lists eight of a kind at most, and counts the others', async () => {
    const [first] = await db.owner<
      { id: string; feed_id: string }[]
    >`select id, feed_id from dc.source_sessions limit 1`
    await db.owner`insert into dc.source_sessions (environment, session_code, execution_code, feed_id, gateway_kind)
      select 'sandbox', 'ZZ' || n, '900', ${first?.feed_id ?? ''}, 'cgw' from generate_series(0, 9) n`
    const { question } = readQuestion('ZZ')
    const harper = await sandbox.actor('harper')
    const [sources] = await db.database.withActor(harper, (tx) =>
      question ? findAnything(tx, harper, 'sandbox', question, db.clock.now) : Promise.resolve([]),
    )
    expect([sources?.hits.length, sources?.total]).toEqual([8, 10])
  })
})
