import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { verifyAuditSeals } from '#db/audit-seal.ts'
import { listNewestParts } from '#db/queries/publication/publications.ts'
import { assemble } from '#domain/configuration/parts.ts'
import { digestOf } from '#domain/digest.ts'
import { requestKinds, requestStates } from '#domain/request/lifecycle.ts'
import { anySecret } from '#services/publication/publish-parts.ts'
import { type FreshDb, freshDb } from '#test/support/fresh-db.ts'
import { fill } from './large/installation.ts'
import { settings } from './large/model.ts'
import { smallShape } from './large/shape.ts'

let db: FreshDb
beforeAll(async () => {
  db = await freshDb()
  db.clock.now = new Date()
  await db.owner`insert into dc.environments (environment) values ('production')`
  await fill(db.ownerUrl, db.urls, smallShape, () => undefined)
})
afterAll(() => db.close())

const count = async (from: string) => Number((await db.owner.unsafe(`select count(*) from ${from}`))[0]?.count)

describe('the exchange that pages are measured with', () => {
  test('is as large as it was asked for', async () => {
    const { firms, people, sources, requests, auditEvents } = smallShape
    expect(await count('dc.firms')).toBe(firms)
    expect(await count('dc.users')).toBe(people)
    expect(await count('dc.source_sessions')).toBe(sources)
    expect(await count('dc.requests')).toBe(requests)
    expect(await count('dc.audit_events')).toBe(auditEvents)
  })

  test('has requests of every kind, and in every state that lasts', async () => {
    const rows = await db.owner<{ kind: string; state: string }[]>`select distinct kind, state from dc.requests`
    expect(new Set(rows.map(({ kind }) => kind))).toEqual(new Set(requestKinds))
    const passing = ['with-gam', 'scheduled', 'applying'] // a small exchange has none of some
    expect(rows.map(({ state }) => state)).toEqual(
      expect.arrayContaining(requestStates.filter((state) => !passing.includes(state))),
    )
  })

  test('lets nothing flow without the consent of every guarantor', async () => {
    const uncovered = await db.database.asJobs((tx) => tx.execute('select * from dc.uncovered'))
    expect(uncovered).toEqual([])
    expect(await count('dc.group_sources where upper_inf(during)')).toBeGreaterThan(100)
  })

  test('has published what a connector can run', async () => {
    const parts = await db.database.asJobs((tx) => listNewestParts(tx, 'production'))
    const objects = parts.filter(({ kind }) => kind !== 'environment')
    const snapshot = assemble(1, { exchange: settings.exchange }, objects, anySecret)
    expect(snapshot.ok || snapshot.error).toBe(true)
    const [open] = await db.owner`select count(*)::int as targets from dc.targets where state <> 'closed'`
    expect(snapshot.ok && snapshot.value.targets.length).toBe(open?.targets)
  })

  test('seals its trail', async () => {
    expect(await verifyAuditSeals(db.database)).toMatchObject({ ok: true, unsealed: 0 })
  })

  test('shows every party a slice that has the digest it decides on', async () => {
    const rows = await db.owner<{ slice: unknown; slice_digest: string }[]>`
      select slice, slice_digest from dc.request_parties limit 200`
    for (const { slice, slice_digest } of rows)
      expect(digestOf(slice, (text) => createHash('sha256').update(text).digest('hex'))).toBe(slice_digest)
  })

  test('is heard: each row of the ledger adds up', async () => {
    expect(await count('dc.observed_ledger')).toBe(await count('dc.target_sources where upper_inf(during)'))
    expect(await count('dc.observed_ledger where received <> delivered + filtered + waiting + held + expired')).toBe(0)
    expect(await count('dc.observed_past_ledger')).toBe((await count('dc.observed_ledger')) * smallShape.pastWeeks)
  })
})
