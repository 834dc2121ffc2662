import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { partProblems } from '#domain/configuration/parts.ts'
import { feedResetInput } from '#domain/reference/feed-input.ts'
import { setFeedReset } from '#services/feed/set-feed-reset.ts'
import { publishReferenceData } from '#services/reference/publish-reference.ts'
import type { FreshDb } from '#test/support/fresh-db.ts'
import type { Person, Sandbox } from '#test/support/sandbox.ts'
import { codeOf, openWorkflow } from '#test/support/workflow.ts'
import { findFeedPage } from '#views/feed/feed-page.ts'

let db: FreshDb
let sandbox: Sandbox
beforeAll(async () => {
  ;({ db, sandbox } = await openWorkflow())
  const settings = { mode: 'initiate', host: '127.0.0.1', port: 9900, dialect: 'encapsulated' }
  const ids = { ourCompId: 'DROPCOPY', theirCompId: 'UP1' }
  await db.owner`insert into dc.feeds (id, environment, gateway_kind, settings)
    values ('up1', 'sandbox', 'cgw', ${db.owner.json({ ...settings, ...ids })})`
  await publishReferenceData('sandbox', { ...sandbox.deps, asJobs: db.database.asJobs })
})
afterAll(() => db.close())
beforeEach(() => sandbox.tick())

const row = async (id = 'up1') =>
  (
    await db.owner<{ version: number; settings: { reset?: unknown } }[]>`
    select version, settings from dc.feeds where id = ${id}`
  )[0]!
const newestPart = async () =>
  (
    await db.owner<{ number: number; document: { reset?: unknown } }[]>`
    select number, document from dc.configuration_parts where object_id = 'up1' order by number desc limit 1`
  )[0]!
const set = async (person: Person, more: Partial<Record<'mode' | 'time' | 'zone' | 'feedId' | 'version', unknown>>) => {
  const { version } = await row()
  const form = {
    commandId: randomUUID(),
    feedId: 'up1',
    version,
    reason: 'As its acceptor does.',
    mode: 'never',
    ...more,
  }
  return setFeedReset(feedResetInput.parse(form), await sandbox.actor(person), sandbox.deps)
}
const chicago = { mode: 'daily', time: '17:00', zone: 'America/Chicago' }

describe('when a feed that we open starts its numbers at 1', () => {
  test('is set by operations: on its row, in a version, in the trail and on its page', async () => {
    const before = (await newestPart()).number
    const answer = await set('hollis', chicago)
    const { number, document } = await newestPart()
    expect(number).toBeGreaterThan(before)
    expect(answer).toEqual({ ok: true, value: { version: number } })
    const reset = { zone: 'America/Chicago', time: '17:00' }
    expect([document.reset, (await row()).settings.reset]).toEqual([reset, reset])
    expect(partProblems({ kind: 'feed', objectId: 'up1', document })).toEqual([])
    const [event] = await db.owner`select before, after, reason from dc.audit_events where action = 'feed.set-reset'`
    expect(event).toEqual({
      before: { reset: 'never' },
      after: { reset, version: number },
      reason: 'As its acceptor does.',
    })
    const reader = await sandbox.actor('hollis')
    const page = await db.database.withActor(reader, (tx) => findFeedPage(tx, 'sandbox', 'up1', db.clock.now))
    expect(page?.connection?.reset).toEqual(reset)
    expect(await publishReferenceData('sandbox', { ...sandbox.deps, asJobs: db.database.asJobs })).toMatchObject({
      changed: 0,
    })
  })

  test('is changed, and taken away again; what says so already makes no version', async () => {
    await set('hollis', { mode: 'always' })
    expect((await newestPart()).document.reset).toBe('always')
    const { number } = await newestPart()
    expect(await set('hollis', { mode: 'always' })).toEqual({ ok: true, value: { version: null } })
    await set('hollis', { mode: 'never' })
    const last = await newestPart()
    expect([last.number > number, 'reset' in last.document, 'reset' in (await row()).settings]).toEqual([
      true,
      false,
      false,
    ])
  })

  test('is nobody else’s, and nothing for a feed whose gateway connects', async () => {
    const before = await newestPart()
    expect(codeOf(await set('casey', chicago))).toBe('not-allowed')
    expect(codeOf(await set('hollis', { ...chicago, feedId: 'gw1', version: (await row('gw1')).version }))).toBe(
      'not-found',
    )
    expect(codeOf(await set('hollis', { ...chicago, version: 1 }))).toBe('stale')
    expect(await newestPart()).toEqual(before)
  })
})

test.each([
  [{ mode: 'daily', time: '5 pm', zone: 'UTC' }, ['time: It must be a time of day such as 16:00.']],
  [{ mode: 'daily', time: '17:00', zone: 'Chicago' }, ['zone: It must be a time zone such as America/Chicago.']],
  [{ mode: 'daily' }, ['zone', 'time'].map((field) => expect.stringMatching(new RegExp(`^${field}: It must be`)))],
  [{ mode: 'weekly' }, ['mode: Choose one of the three.']],
  [{ mode: 'always', time: 'whatever' }, []],
])('a form that says %o is answered field by field', (fields, problems) => {
  const form = { commandId: randomUUID(), feedId: 'up1', version: 3, reason: 'As agreed.', ...fields }
  const issues = feedResetInput.safeParse(form).error?.issues ?? []
  expect(issues.map(({ path, message }) => `${path.join('.')}: ${message}`)).toEqual(problems)
})
