import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { listUncovered } from '#db/queries/consents.ts'
import { findGroupHistory } from '#db/queries/group-history.ts'
import { findGroupPage } from '#db/queries/group-page.ts'
import { findStatus } from '#db/queries/status.ts'
import { stopUncoveredSources } from '#services/jobs.ts'
import { pauseTarget } from '#services/pause-target.ts'
import { publishReferenceData } from '#services/publish-reference.ts'
import { withdrawConsent } from '#services/withdraw-consent.ts'
import type { FreshDb } from '#test/support/fresh-db.ts'
import type { Person, Sandbox } from '#test/support/sandbox.ts'
import { connectorRunsAll, done, groupIdOf, openWorkflow, type Workflow } from '#test/support/workflow.ts'

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
  const [row] = await db.owner<{ number: number; document: { sources: string[]; revoked: string[] } }[]>`
    select p.number, p.document from dc.configuration_parts p join dc.targets t on t.session_id = p.object_id
    join dc.groups g on g.id = t.group_id where g.name = ${name} order by p.number desc limit 1`
  return row
}
const versions = () => db.owner<{ number: number; cause: string }[]>`
  select number, cause from dc.configuration_versions where environment = 'sandbox' order by number desc limit 2`
const seenBy = async (person: Person) => {
  const me = await sandbox.actor(person)
  return db.database.withActor(me, async (tx) => {
    const status = await findStatus(tx, 'sandbox', db.clock.now)
    const groupId = await groupIdOf(db, group)
    const page = await findGroupPage(tx, me, groupId, db.clock.now)
    const history = (await findGroupHistory(tx, me, groupId, db.clock.now))?.rows
    return { row: status.groups.find((one) => one.name === group)?.delivery, page, history, verdict: status.verdict }
  })
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
      expect(history?.[0]).toMatchObject({
        what: 'Source stopped: T9F733',
        reason: 'T9F733: no consent of Birch Clearing',
      })
    }
    const { verdict } = await seenBy('drew')
    expect(verdict).toMatchObject({ tone: 'bad', sentence: expect.stringContaining(sentence) })
  })

  test('flows again when that firm has signed a request that adds it, and not before', async () => {
    const { number, state } = await add('T9F733')
    expect(state).toBe('with-firms')
    expect((await part())?.document.sources).toEqual(['W4G733'])
    await flow.publish(number, ['bailey'])
    await connectorRunsAll(db, sandbox)
    expect((await part())?.document.sources).toEqual(['T9F733', 'W4G733'])
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
      document: expect.objectContaining({ sources: [], revoked: sources }),
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
