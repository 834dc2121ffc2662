import { afterAll, beforeAll, expect, test } from 'vitest'
import { listNewestParts } from '#db/queries/publication/publications.ts'
import { assemble } from '#domain/configuration/parts.ts'
import type { FreshDb } from '#test/support/fresh-db.ts'
import { codeOf, done, openWorkflow, type Workflow } from '#test/support/workflow.ts'

let db: FreshDb
let flow: Workflow
beforeAll(async () => {
  ;({ db, flow } = await openWorkflow())
  // a feed of shard b with two more sources like Q1A882, of the same firm and guarantor
  await db.owner`insert into dc.feeds (id, environment, gateway_kind, settings, shard)
    select 'gwb', environment, gateway_kind, settings || '{"port":9802,"theirCompId":"GWB"}', 'b' from dc.feeds`
  await db.owner`insert into dc.source_sessions (environment, session_code, execution_code, operated_by, feed_id, gateway_kind)
    select environment, code, execution_code, operated_by, 'gwb', gateway_kind
    from dc.source_sessions cross join (values ('ZB1'), ('ZB2')) as named (code) where session_code = 'Q1A'`
  await db.owner`insert into dc.source_guarantors (source_id, firm_id, during)
    select made.id, g.firm_id, g.during from dc.source_sessions made cross join dc.source_guarantors g
    join dc.source_sessions s on s.id = g.source_id where s.session_code = 'Q1A' and made.session_code like 'ZB%'`
})
afterAll(() => db.close())

const contact = { name: 'Avery Alder', email: 'avery@alder.example', clearingCode: '560' }
const asked = async (name: string, sources: string[]) => {
  const number = await flow.wish('avery', { name, sources, contacts: [contact] })
  done(await flow.submit('avery', number))
  return number
}
const snapshotOf = async (shard?: string) => {
  const parts = await db.database.asJobs((tx) => listNewestParts(tx, 'sandbox'))
  const made = assemble(1, { exchange: { compId: 'CME', subId: 'G' }, shard }, parts)
  if (!made.ok) throw new Error(made.error.problems.join('\n'))
  return made.value
}
const parts = () =>
  db.owner<{ kind: string; shard: string | null; number: number }[]>`
    select kind, document->>'shard' as shard, number from dc.configuration_parts where kind in ('feed', 'target')`

test('parts of shard main say nothing of it, as before there were others', async () => {
  expect((await parts()).length).toBeGreaterThan(0)
  expect((await parts()).filter(({ shard }) => shard !== null)).toEqual([])
})

test('a group on a feed of another shard gets its target there, in that shard’s snapshot alone', async () => {
  const before = await snapshotOf()
  await flow.publish(await asked('In another shard', ['ZB1882', 'ZB2882']), ['xan'])
  const targets = await db.owner`select t.session_id, t.shard from dc.targets t join dc.groups g on g.id = t.group_id
    where g.name = 'In another shard'`
  expect(targets).toMatchObject([{ shard: 'b' }])
  const b = await snapshotOf('b')
  expect(b.feeds.map(({ id }) => id)).toEqual(['gwb'])
  expect(b.sources.map(({ id }) => id)).toEqual(['ZB1882', 'ZB2882'])
  expect(b.targets.map(({ sessionId }) => sessionId)).toEqual([targets[0]?.session_id])
  expect(await snapshotOf()).toEqual(before)
})

test('a group on feeds of two shards is not published: no connector has both', async () => {
  const number = await asked('In two shards', ['ZB1882', 'Q1A882'])
  done(await flow.decide('xan', number, 'approve'))
  const before = await parts()
  expect(codeOf(await flow.decide('harper', number, 'approve'))).toBe('invalid-configuration')
  expect(await parts()).toEqual(before)
})
