import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { forgetAnswers } from '#services/jobs/jobs.ts'
import { type FreshDb, freshDb } from '#test/support/fresh-db.ts'

let db: FreshDb
beforeAll(async () => {
  db = await freshDb()
})
afterAll(() => db.close())

const dayMs = 86_400_000

test('the answer to a form is kept for thirty days', async () => {
  const kept = [0, 1, 29].map((days) => ({ id: randomUUID(), days }))
  const old = [31, 400].map((days) => ({ id: randomUUID(), days }))
  for (const { id, days } of [...kept, ...old])
    await db.owner`insert into dc.commands ${db.owner({
      id,
      run: 1,
      actor_id: randomUUID(),
      name: 'draft.save',
      answer: {},
      at: new Date(db.clock.now.getTime() - days * dayMs),
    })}`
  const deps = {
    asJobs: db.database.asJobs,
    now: () => db.clock.now,
    newId: randomUUID,
    randomBytes: () => Buffer.alloc(0),
  }
  expect(await forgetAnswers(deps)).toBe(old.length)
  expect(await forgetAnswers(deps)).toBe(0)
  const left = await db.owner<{ id: string }[]>`select id from dc.commands`
  expect(left.map(({ id }) => id).sort()).toEqual(kept.map(({ id }) => id).sort())
})
