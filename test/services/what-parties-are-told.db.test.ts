import { randomUUID } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Tx } from '#db/client.ts'
import { digestOf } from '#domain/digest.ts'
import type { Actor } from '#domain/people/permissions.ts'
import { sha256 } from '#services/deps.ts'
import { withdrawConsent } from '#services/group/withdraw-consent.ts'
import type { FreshDb } from '#test/support/fresh-db.ts'
import { groupHistory, groupPages } from '#test/support/pages.ts'
import type { Person, Sandbox } from '#test/support/sandbox.ts'
import { connectorRunsAll, done, groupIdOf, openWorkflow, type Workflow } from '#test/support/workflow.ts'
import { listWithdrawn } from '#views/group/left-sources.ts'
import { listAgreedFor } from '#views/request/agreements.ts'
import { findRequestsPage } from '#views/request/request-list.ts'

let db: FreshDb
let sandbox: Sandbox
let flow: Workflow
beforeAll(async () => {
  ;({ db, sandbox, flow } = await openWorkflow())
})
afterAll(() => db.close())

async function as<T>(person: Person, read: (tx: Tx, me: Actor) => Promise<T>): Promise<T> {
  const me = await sandbox.actor(person)
  return db.database.withActor(me, (tx) => read(tx, me))
}
const rowOf = async (person: Person, number: number) =>
  (await as(person, (tx, me) => findRequestsPage(tx, me, 'sandbox', new URLSearchParams('show=all')))).list.rows.find(
    (row) => row.number === number,
  )
const history = (person: Person, groupId: string) =>
  sandbox.actor(person).then(async (me) => (await groupHistory(db, me, groupId))?.rows ?? [])
const group = (person: Person, groupId: string) => sandbox.actor(person).then((me) => groupPages(db, me, groupId))
async function change(person: Person, name: string, fields: object): Promise<number> {
  const { number } = done(await flow.start(person, 'change', await groupIdOf(db, name)))
  done(await flow.save(person, number, 'sources', { reason: 'The desk grows.', ...fields }))
  return number
}

describe('a clearing firm that is asked', () => {
  test('reads in its list who asks, for which group, what of it, and since when', async () => {
    const owner = await rowOf('avery', 3)
    expect(await rowOf('xan', 3)).toMatchObject({
      groupName: 'Options desk',
      ownerName: 'Alder Trading',
      submittedBy: 'Avery Alder',
      submittedAt: owner?.submittedAt,
      asked: 'Consent for Q1A882 and V8N882, trade execution reports only. Authority for Avery Alder',
    })
    expect(owner?.asked).toBeNull()
  })

  test('reads the purpose in what it signs, and its digest is that of all it reads', async () => {
    const page = await flow.page('xan', 3)
    expect(page).toMatchObject({ groupName: 'Options desk', submittedBy: 'Avery Alder', seesAll: false })
    const slice = page!.mine!.slice
    expect(slice.why).toBe((await flow.page('avery', 3))?.document?.kind === 'new-group' ? slice.why : '')
    expect(slice.why).not.toBe('')
    expect(page?.mine?.digest).toBe(digestOf(slice, sha256))
    expect(digestOf({ ...slice, why: 'another' }, sha256)).not.toBe(page?.mine?.digest)
  })

  test('reads a change of level with the level until then', async () => {
    const number = await change('drew', 'Dogwood surveillance', { level: 'all' })
    done(await flow.submit('drew', number))
    expect((await flow.page('bailey', number))?.mine?.slice).toMatchObject({
      level: 'all',
      levelBefore: 'executions',
      why: 'The desk grows.',
    })
    await flow.publish(number, ['bailey'])
    await connectorRunsAll(db, sandbox)
  })

  test('is not told what another firm said to the owner, and the owner is', async () => {
    done(await flow.decide('xan', 3, 'return', { reason: 'V8N882 is not yours.' }))
    expect(await flow.page('avery', 3)).toMatchObject({ stateReason: 'V8N882 is not yours.' })
    expect(await flow.page('xan', 3)).toMatchObject({ stateReason: 'V8N882 is not yours.' })
    expect(await flow.page('bailey', 3)).toMatchObject({ stateReason: null, reasonIsTold: true })
  })
})

describe('a contact’s submission that is a clearing firm’s consent', () => {
  const sentence =
    'I, Drew Dogwood, authorized by Xenon Clearing (560) for group Dogwood surveillance, ask for this change, and this is the consent of Xenon Clearing for its session T9F733: copies go to Dogwood Capital, trade execution reports only, until withdrawn.'

  test('says so in the sentence that is signed, and is told to that firm with who, when and on which basis', async () => {
    const id = await groupIdOf(db, 'Dogwood surveillance')
    const out = await change('drew', 'Dogwood surveillance', {
      level: 'executions',
      removeSources: [{ source: 'T9F733', revoked: false }],
    })
    done(await flow.submit('drew', out))
    await flow.publish(out, [])
    await connectorRunsAll(db, sandbox)
    const number = await change('drew', 'Dogwood surveillance', { addSources: ['T9F733'] })
    expect((await flow.draftPage('drew', number))?.preview.sentences).toEqual([
      'I, Drew Dogwood, for Dogwood Capital, ask for this change of group Dogwood surveillance. It goes to the exchange.',
      sentence,
    ])
    done(await flow.submit('drew', number))
    const agreed = { how: 'submission', sentence, by: 'Drew Dogwood', requestNumber: number, at: db.clock.now }
    expect((await flow.page('xan', number))?.agreed).toMatchObject([agreed])
    expect(await as('xan', (tx, me) => listAgreedFor(tx, me.firmId, 'sandbox', db.clock.now))).toMatchObject([
      agreed,
      { how: 'submission', slice: { level: 'all', levelBefore: 'executions' } },
    ])
    expect(await as('drew', (tx, me) => listAgreedFor(tx, me.firmId, 'sandbox', db.clock.now))).toEqual([])
    await flow.publish(number, [])
    await connectorRunsAll(db, sandbox)
    const page = await group('xan', id)
    expect(page?.agreed[0]).toMatchObject(agreed)
    expect(page?.sources[0]?.consents[0]?.by).toBe(`Drew Dogwood, by submitting request ${number}`)
  })
})

describe('the history of a group', () => {
  test('tells a clearing firm of what it need not agree to, and of no other firm’s session', async () => {
    const id = await groupIdOf(db, 'Dogwood surveillance')
    const lines = (await history('xan', id)).map(({ what, reason }) => [what, reason])
    expect(lines).toContainEqual([
      'Remove T9F733; Level Trade Execution Reports instead of All messages',
      'The desk grows.',
    ])
    expect(JSON.stringify(lines)).not.toContain('W4G733')
  })

  test('goes back page by page, each event once for whoever reads it', async () => {
    const id = await groupIdOf(db, 'Dogwood surveillance')
    const all = await history('harper', id)
    expect(new Set(all.map(({ seq }) => seq)).size).toBe(all.length)
    const same = all.filter(({ what }) => what.startsWith('Remove T9F733'))
    expect(same).toHaveLength(1)
    const older = await groupHistory(db, await sandbox.actor('harper'), id, all[3]!.seq)
    expect(older?.rows).toEqual(all.slice(4))
  })
})

describe('a consent that is withdrawn', () => {
  test('is told to owner and exchange: which source, by which firm, when, and from which number', async () => {
    const id = await groupIdOf(db, 'Dogwood surveillance')
    sandbox.tick()
    const input = { commandId: randomUUID(), groupId: id, sources: ['T9F733'], mode: 'from-now-on' as const }
    const { version } = done(
      await withdrawConsent({ ...input, reason: 'Under review.' }, await sandbox.actor('xan'), sandbox.deps),
    )
    const at = db.clock.now
    await connectorRunsAll(db, sandbox)
    await db.owner`update dc.configuration_reports set from_source_seq = '{"T9F733": 412, "W4G733": 7}'
      where kind = 'target' and number = ${version}`
    for (const person of ['drew', 'harper'] as const) {
      expect(await as(person, (tx) => listWithdrawn(tx, 'sandbox', db.clock.now))).toMatchObject([
        {
          groupName: 'Dogwood surveillance',
          source: 'T9F733',
          why: 'Xenon Clearing withdrew its consent',
          at,
          fromNumber: 412,
        },
      ])
      expect((await group(person, id))?.left).toMatchObject([
        { name: 'T9F733', why: 'Xenon Clearing withdrew its consent', at, reason: 'Under review.', fromNumber: 412 },
      ])
      expect((await history(person, id)).find(({ what }) => what.startsWith('Consent withdrawn'))).toMatchObject({
        what: 'Consent withdrawn from now on: T9F733 from its number 412',
        by: expect.stringContaining('Xan Xenon'),
        reason: 'Under review.',
      })
    }
  })

  test('leaves the source’s figures in a row, so that rows add up to the totals', async () => {
    const id = await groupIdOf(db, 'Dogwood surveillance')
    const [target] = await db.owner<{ session_id: string }[]>`select session_id from dc.targets where group_id = ${id}`
    const counts = { received: 5, delivered: 5, filtered: 0, waiting: 0, held: 0, expired: 0 }
    for (const source_id of ['T9F733', 'W4G733'])
      await db.owner`insert into dc.observed_ledger ${db.owner({
        environment: 'sandbox',
        connector: 'test',
        session_id: target!.session_id,
        source_id,
        segment: '',
        week: '2026-11-29',
        ...counts,
        at: db.clock.now,
      })}`
    const page = await group('drew', id)
    const sum = [...page!.sources, ...page!.left].reduce((total, row) => total + row.ledger.received, 0)
    expect(page?.left.map((row) => row.name)).toEqual(['T9F733'])
    expect(sum).toBe(page?.ledger.received)
    expect(sum).toBe(10)
  })
})

test('rounds from before a party was told are filled in from what the round says', async () => {
  const told = () => db.owner`
    select p.request_id, p.round, p.firm_id, p.capacity, p.submitted_at, p.submitted_by, p.submitter, p.met_by
    from dc.request_parties p order by 1, 2, 3, 4`
  const before = await told()
  await db.owner`alter table dc.request_parties drop column submitted_at, drop column submitted_by,
    drop column submitter, drop column authority`
  const migrations = join(import.meta.dirname, '../../db/migrations')
  const file = readdirSync(migrations).find((name) => name.endsWith('party-asked.sql')) ?? ''
  for (const statement of readFileSync(join(migrations, file), 'utf8').split('--> statement-breakpoint'))
    await db.owner.unsafe(statement)
  expect(await told()).toEqual(before)
  expect(before.length).toBeGreaterThan(5)
  await expect(db.owner`update dc.request_parties set submitter = 'somebody else'`).rejects.toThrow(/only met_by/)
})
