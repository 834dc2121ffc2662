import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Tx } from '#db/client.ts'
import { listUncovered } from '#db/queries/group/consents.ts'
import type { Actor } from '#domain/people/permissions.ts'
import { unaccounted } from '#domain/status/state.ts'
import { withdrawConsent } from '#services/group/withdraw-consent.ts'
import { stopUncoveredSources } from '#services/jobs/jobs.ts'
import { publishReferenceData } from '#services/reference/publish-reference.ts'
import { pauseTarget } from '#services/target/pause-target.ts'
import type { FreshDb } from '#test/support/fresh-db.ts'
import { groupHistory, groupPages, statusPages } from '#test/support/pages.ts'
import type { Person, Sandbox } from '#test/support/sandbox.ts'
import { connectorRunsAll, done, groupIdOf, openWorkflow, type Workflow } from '#test/support/workflow.ts'
import { findTargetPage } from '#views/target/target-page.ts'

let db: FreshDb
let sandbox: Sandbox
let flow: Workflow
beforeAll(async () => {
  ;({ db, sandbox, flow } = await openWorkflow())
})
afterAll(() => db.close())

const jobs = () => ({ ...sandbox.deps, asJobs: db.database.asJobs })
const group = 'Dogwood surveillance' // T9F733 of Xenon, W4G733 of Birch; Drew is a contact of Xenon

/** What an operator may do at any time, past every service. */
async function giveGuarantor(session: string, firm: string): Promise<void> {
  sandbox.tick()
  await db.owner`
    insert into dc.source_guarantors (source_id, firm_id, during)
    select s.id, f.id, tstzrange(${db.clock.now}, null) from dc.source_sessions s, dc.firms f
    where s.session_code = ${session} and f.name = ${firm}`
  sandbox.tick()
}
async function endGuarantors(session: string): Promise<void> {
  sandbox.tick()
  await db.owner`
    update dc.source_guarantors set during = tstzrange(lower(during), ${db.clock.now})
    where upper_inf(during) and source_id = (select id from dc.source_sessions where session_code = ${session})`
  sandbox.tick()
}
async function part(name = group) {
  const [row] = await db.owner<
    { number: number; document: { sources: string[]; revoked: string[]; stopped?: object[] } }[]
  >`
    select p.number, p.document from dc.configuration_parts p join dc.targets t on t.session_id = p.object_id
    join dc.groups g on g.id = t.group_id where g.name = ${name} order by p.number desc limit 1`
  return row
}
const versions = () => db.owner<{ number: number; cause: string }[]>`
  select number, cause from dc.configuration_versions where environment = 'sandbox' order by number desc limit 2`
const seenBy = async (person: Person) => {
  const me = await sandbox.actor(person)
  const status = await statusPages(db, me)
  const groupId = await groupIdOf(db, group)
  const page = await groupPages(db, me, groupId)
  const history = (await groupHistory(db, me, groupId))?.rows
  const row = status.groups.find((one) => one.name === group)?.delivery
  return { row, page, history, status, verdict: status.verdict }
}
async function as<T>(person: Person, read: (tx: Tx, me: Actor) => Promise<T>): Promise<T> {
  const me = await sandbox.actor(person)
  return db.database.withActor(me, (tx) => read(tx, me))
}
const add = async (source: string, person: Person = 'drew', name = group) => {
  const { number } = done(await flow.start(person, 'change', await groupIdOf(db, name)))
  done(await flow.save(person, number, 'sources', { addSources: [source], reason: 'As before.' }))
  return done(await flow.submit(person, number))
}

describe('a flowing source that gets a second guarantor by a statement past every service', () => {
  const sentence = 'T9F733 is no longer copied: no consent of Birch Clearing.'

  test('stops at the next check, in a version of its own', async () => {
    const before = await part()
    await giveGuarantor('T9F', 'Birch Clearing')
    const version = (before?.number ?? 0) + 1
    expect(await stopUncoveredSources(jobs())).toEqual([
      { group, source: 'T9F733', reason: 'no consent of Birch Clearing', version: expect.any(Number) },
    ])
    expect((await part())?.document.sources).toEqual(['W4G733'])
    expect((await part())?.number).toBeGreaterThanOrEqual(version)
    expect((await versions())[0]).toMatchObject({ number: (await part())?.number, cause: 'reference' })
    expect(await db.database.asJobs(listUncovered)).toEqual([])
    expect(await stopUncoveredSources(jobs())).toEqual([])
  })

  test('is told to owner, guarantor and exchange: which source, whose consent, what to do', async () => {
    for (const person of ['drew', 'bailey', 'harper'] as const) {
      const { row, page, history } = await seenBy(person)
      expect([person, row?.word, row?.sentence]).toEqual([person, 'Needs you', sentence])
      expect(row?.todo).toBe('Request a change that adds T9F733 again; it flows once Birch Clearing has agreed.')
      expect(page?.delivery).toEqual(row)
      expect(page?.left).toMatchObject([{ name: 'T9F733', why: 'No consent of Birch Clearing', reason: null }])
      expect(history?.[0]).toMatchObject({
        what: 'Source stopped: T9F733',
        reason: 'T9F733: no consent of Birch Clearing',
      })
    }
    const { verdict } = await seenBy('drew')
    expect(verdict).toMatchObject({ tone: 'bad', sentence: expect.stringContaining(sentence) })
  })

  test('is named in the target’s part with the reason, and what comes of it is shown as filtered for it', async () => {
    const reason = 'no consent of Birch Clearing'
    expect((await part())?.document.stopped).toEqual([{ source: 'T9F733', reason }])
    const [target] = await db.owner<{ session_id: string }[]>`
      select session_id from dc.targets t join dc.groups g on g.id = t.group_id where g.name = ${group}`
    const rows = [
      { source_id: 'T9F733', received: 9, delivered: 4, filtered: 5, filtered_by: { [reason]: 3, level: 2 } },
      { source_id: 'W4G733', received: 2, delivered: 2, filtered: 0, filtered_by: {} },
    ]
    for (const row of rows)
      await db.owner`insert into dc.observed_ledger ${db.owner({
        ...{ environment: 'sandbox', connector: 'test', segment: '', week: '2026-11-29', at: db.clock.now },
        ...{ session_id: target!.session_id, ...row, filtered_by: db.owner.json(row.filtered_by) },
      })}`
    for (const person of ['drew', 'harper'] as const) {
      const { page, status } = await seenBy(person)
      const sheet = await as(person, (tx, me) => findTargetPage(tx, me, target!.session_id, db.clock.now))
      const left = { name: 'T9F733', ledger: { received: 9, filtered: 5, stopped: { [reason]: 3 } } }
      expect(page?.left).toMatchObject([{ ...left, why: 'No consent of Birch Clearing' }])
      expect(sheet?.left).toMatchObject([left])
      expect(status.ledger).toMatchObject({ received: 11, delivered: 6, filtered: 5, stopped: { [reason]: 3 } })
      expect([unaccounted(status.ledger), unaccounted(page!.ledger), unaccounted(sheet!.ledger)]).toEqual([0, 0, 0])
      expect([...sheet!.sources, ...sheet!.left].reduce((sum, { ledger }) => sum + ledger.received, 0)).toBe(11)
    }
  })

  test('tells the firm whose consent it is by name, and another that guarantees it only that one is missing', async () => {
    const left = async (person: Person) => (await seenBy(person)).page?.left
    expect(await left('bailey')).toMatchObject([{ ledger: { stopped: { 'no consent of Birch Clearing': 3 } } }])
    const toXenon = await left('xan')
    expect(toXenon).toMatchObject([
      { why: 'Stopped: a consent is missing', ledger: { received: 9, stopped: { 'no consent of another firm': 3 } } },
    ])
    expect(JSON.stringify(toXenon)).not.toContain('Birch')
  })

  test('flows again when that firm has signed a request that adds it, and not before', async () => {
    const { number, state } = await add('T9F733')
    expect(state).toBe('with-firms')
    expect((await part())?.document.sources).toEqual(['W4G733'])
    await flow.publish(number, ['bailey'])
    await connectorRunsAll(db, sandbox)
    expect((await part())?.document.sources).toEqual(['T9F733', 'W4G733'])
    expect((await part())?.document.stopped).toBeUndefined()
    expect((await seenBy('drew')).row?.word).not.toBe('Needs you')
    expect(await db.database.asJobs(listUncovered)).toEqual([])
  })
})

describe('whatever is published next', () => {
  const stopOf = async (session: string) => {
    const [row] = await db.owner`
      select t.reason, t.version from dc.source_stops t join dc.source_sessions s on s.id = t.source_id
      where s.session_code = ${session} and t.cause = 'no-consent' order by t.at desc limit 1`
    return row
  }

  test('an act on another group stops it too, in the version before', async () => {
    await giveGuarantor('W4G', 'Xenon Clearing')
    const sessionId = sandbox.seeded.client.sessionId // of Cedar risk
    const input = { commandId: flow.commandId(), sessionId, reason: 'Line test.' }
    const { version } = done(await pauseTarget(input, await sandbox.actor('casey'), sandbox.deps))
    expect((await part('Dogwood surveillance'))?.document.sources).toEqual(['T9F733'])
    expect(await stopOf('W4G')).toEqual({ reason: 'no consent of Xenon Clearing', version: version - 1 })
  })

  test('a withdrawal of other sessions of the group stops it too, and its "nothing again" reaches what it withdrew', async () => {
    const { number } = await add('W4G733')
    await flow.publish(number, ['bailey'])
    await connectorRunsAll(db, sandbox)
    await endGuarantors('W4G')
    const sources = ['T9F733']
    const input = { commandId: flow.commandId(), groupId: await groupIdOf(db, group), sources, reason: 'Ended.' }
    const { version } = done(
      await withdrawConsent({ ...input, mode: 'nothing-again' }, await sandbox.actor('xan'), sandbox.deps),
    )
    expect(await part()).toEqual({
      number: version,
      document: expect.objectContaining({
        ...{ sources: [], revoked: sources },
        stopped: [
          { source: 'T9F733', reason: 'consent withdrawn by Xenon Clearing' },
          { source: 'W4G733', reason: 'no clearing firm guarantees it' },
        ],
      }),
    })
    expect(await stopOf('W4G')).toEqual({ reason: 'no clearing firm guarantees it', version: version - 1 })
  })

  test('so does a request, and publishing reference data', async () => {
    const { number } = await add('K7T882', 'casey', 'Cedar risk')
    await giveGuarantor('S2D', 'Xenon Clearing')
    await flow.publish(number, ['xan'])
    expect((await part('Cedar risk'))?.document.sources).toEqual(['K7T882', 'R5C914'])
    await giveGuarantor('R5C', 'Birch Clearing')
    await publishReferenceData('sandbox', jobs())
    expect((await part('Cedar risk'))?.document.sources).toEqual(['K7T882'])
    expect(await db.database.asJobs(listUncovered)).toEqual([])
  })

  test('a source that no firm guarantees any more stops as well', async () => {
    await endGuarantors('K7T')
    expect((await stopUncoveredSources(jobs())).map((one) => [one.source, one.reason])).toEqual([
      ['K7T882', 'no clearing firm guarantees it'],
    ])
    expect(await stopOf('K7T')).toMatchObject({ reason: 'no clearing firm guarantees it' })
  })
})
