import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { findSettings, listNewestParts, listSettingsVersions } from '#db/queries/publication/publications.ts'
import type { Part } from '#domain/configuration/parts.ts'
import { type EnvironmentSettings, environmentSettings } from '#domain/reference/settings.ts'
import { publishChanged } from '#services/publication/publish-parts.ts'
import { publishSettings } from '#services/reference/publish-settings.ts'
import { type FreshDb, freshDb } from '#test/support/fresh-db.ts'
import { openSandbox, type Person, type Sandbox } from '#test/support/sandbox.ts'
import { findSettingsPage } from '#views/settings/settings-page.ts'

let db: FreshDb
let sandbox: Sandbox
beforeAll(async () => {
  db = await freshDb()
  sandbox = await openSandbox(db)
})
afterAll(() => db.close())

const by = { operator: 'oli', reason: 'agreed with the members' }
const inForce = async () =>
  environmentSettings.parse(await db.database.asJobs((tx) => findSettings(tx, 'sandbox'))) satisfies EnvironmentSettings
const publish = (settings: EnvironmentSettings) =>
  db.database.asJobs((tx) =>
    publishSettings(tx, 'sandbox', settings, by, { newId: randomUUID, now: () => db.clock.now }),
  )
const newest = async () =>
  Number((await db.owner`select newest_version as n from dc.environments where environment = 'sandbox'`)[0]?.n)
const thursday = { zone: 'Europe/London', day: 'thursday' as const, time: '22:30' }

describe('the settings of an environment', () => {
  test('are a part of a version: numbered, audited, and with what targets have of them', async () => {
    const before = await newest()
    const settings = { ...(await inForce()), week: thursday, queueDepth: 7 }
    expect(await publish(settings)).toEqual({ ok: true, value: { version: before + 1 } })
    expect(await inForce()).toEqual(settings)
    const targets = await db.owner`select document->'queueDepth' as depth, owner_id is not null as owned
      from dc.configuration_parts where number = ${before + 1} and kind = 'target'`
    expect(targets.length).toBeGreaterThan(0)
    expect(targets.every(({ depth, owned }) => depth === 7 && owned)).toBe(true)
    const [event] =
      await db.owner`select before, after, reason from dc.audit_events where action = 'settings.publish' order by seq desc`
    expect(event).toEqual({
      before: { week: null, queueDepth: 'all' },
      after: { week: thursday, queueDepth: 7, version: before + 1, operator: 'oli' },
      reason: by.reason,
    })
  })

  test('that say what is in force make no version', async () => {
    const before = await newest()
    expect(await publish(await inForce())).toEqual({ ok: true, value: { version: null } })
    expect(await newest()).toBe(before)
  })

  test('that could not be run are refused, and nothing is published', async () => {
    const before = await newest()
    const settings = { ...(await inForce()), limits: { frameBytes: 1 } }
    const answer = await publish(settings)
    expect(answer).toMatchObject({ ok: false, error: { code: 'invalid-configuration' } })
    expect(await newest()).toBe(before)
  })

  test('are of no more than one connector runs: a publication of more is refused with one sentence', async () => {
    const number = await newest()
    const ids = Array.from({ length: 100 }, (_, i) => `Z${i.toString(36).padStart(2, '0').toUpperCase()}882`)
    const settings = await inForce()
    const answer = await db.database.asJobs(async (tx) => {
      const before = await listNewestParts(tx, 'sandbox')
      // the sandbox has all
      const documentOf = (kind: string) => before.find((part) => part.kind === kind)?.document as object
      const sources = ids.map(
        (id): Part => ({
          ...{ kind: 'source', objectId: id },
          document: { ...documentOf('source'), id },
        }),
      )
      const targets = Array.from({ length: 101 }, (_, i): Part => {
        const sessionId = `Z${String(i).padStart(5, '0')}`
        const document = { ...documentOf('target'), sessionId, sources: ids, revoked: [] }
        return { kind: 'target', objectId: sessionId, document }
      })
      const cause = { cause: 'reference' as const, causeId: randomUUID(), ownerId: null, madeBy: null }
      const publication = { environment: 'sandbox' as const, settings, ...cause }
      return publishChanged(tx, { newest: number, before }, [...sources, ...targets], publication, db.clock.now)
    })
    const problem = expect.stringMatching(
      /^targets: they name 10,1\d\d pairs of a target and a source, and one connector runs at most 10,000$/,
    )
    expect(answer).toEqual({ ok: false, error: { code: 'invalid-configuration', problems: [problem] } })
    expect(await newest()).toBe(number)
  })

  test('cannot be moved past a publication: no row holds them, and parts of versions never change', async () => {
    const columns = await db.owner`select column_name as name from information_schema.columns
      where table_schema = 'dc' and table_name = 'environments' order by 1`
    expect(columns.map(({ name }) => name)).toEqual(['environment', 'newest_version'])
    const moved = db.owner`update dc.configuration_parts set document = '{}' where kind = 'environment'`
    await expect(moved).rejects.toThrow(/never/)
  })

  test('older versions of them stay readable', async () => {
    const rows = await db.database.asJobs((tx) => listSettingsVersions(tx, 'sandbox', 10))
    expect(rows.map(({ document }) => environmentSettings.parse(document).week)).toEqual([thursday, undefined])
  })
})

describe('the page of the settings', () => {
  const pageOf = async (person: Person) =>
    db.database.withActor(await sandbox.actor(person), (tx) => findSettingsPage(tx, 'sandbox', db.clock.now))

  test('says when the next reset is, and of each version who, when and what', async () => {
    db.clock.now = new Date('2026-07-08T12:00:00Z') // a Wednesday, in summer time
    const { inForce: now, versions } = await pageOf('hollis')
    expect(now).toMatchObject({ week: thursday, nextReset: new Date('2026-07-09T21:30:00Z') })
    expect(versions.map(({ by: who, reason, changed }) => [who, reason, changed.map(({ name }) => name)])).toEqual([
      ['oli', by.reason, ['week', 'queueDepth']],
      [null, null, ['exchange', 'listen', 'queueDepth', 'queueGraceS']],
    ])
    expect(versions.every(({ at }) => at instanceof Date)).toBe(true)
  })
})
