import { inspect } from 'node:util'
import { sql } from 'drizzle-orm'
import { pino } from 'pino'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { hideParameters } from '#db/failed-statement.ts'
import { users } from '#db/schema/users.ts'
import { type FreshDb, freshDb } from '#test/support/fresh-db.ts'

let db: FreshDb
beforeAll(async () => {
  db = await freshDb()
})
afterAll(() => db?.close())

/** Everything that a log or a terminal could print of an error. */
const whole = (error: unknown): string =>
  error instanceof Error
    ? JSON.stringify(pino.stdSerializers.err(error)) + inspect(error, { depth: 10 })
    : String(error)
const failure = async (work: Promise<unknown>): Promise<unknown> => {
  try {
    await work
  } catch (error) {
    return error
  }
  throw new Error('it did not fail')
}

describe('a statement that failed', () => {
  test.each([
    ['a text that is no uuid', () => sql`select ${'typed-by-somebody'}::uuid`, '22P02'],
    ['a text with NUL', () => sql`select ${'typed-by-somebody\0'}::text`, '22021'],
    ['a number that is too large', () => sql`select ${'77777777777typed-by-somebody'}::int`, '22003'],
  ])('for %s is logged with its text and code, without its parameters', async (_title, statement, code) => {
    const error = hideParameters(await failure(db.database.asJobs((tx) => tx.execute(statement()))))
    expect(whole(error)).toContain('Failed query: select $1')
    expect(whole(error)).toContain(code)
    expect(whole(error)).not.toContain('typed-by-somebody')
  })
  test('for a value that is taken names the constraint, not the value', async () => {
    const row = { firmId: crypto.randomUUID(), email: 'typed-by-somebody@alder.example', name: 'Typed by somebody' }
    const error = hideParameters(await failure(db.database.asJobs((tx) => tx.insert(users).values(row))))
    expect(whole(error)).toContain('users_firm_id_firms_id_fk')
    expect(whole(error)).not.toMatch(new RegExp(`typed.by.somebody|${row.firmId}`, 'i'))
  })
  test('and what is no failed statement stays as it is', () => {
    const error = new Error('read ECONNRESET: 22', { cause: new Error('deeper') })
    expect(hideParameters(error).message).toBe('read ECONNRESET: 22')
    expect(hideParameters('text')).toBe('text')
  })
})
