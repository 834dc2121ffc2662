import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type FreshDb, freshDb } from '#test/support/fresh-db.ts'
import { guardedTables, openFunctions, openTables, openViews } from './tables.ts'

let db: FreshDb
beforeAll(async () => {
  db = await freshDb()
})
afterAll(() => db.close())

const relations = (kinds: string[]) => db.owner<
  { name: string; security: boolean; forced: boolean; options: string[] | null }[]
>`
  select relname as name, relrowsecurity as security, relforcerowsecurity as forced, reloptions as options
  from pg_class where relnamespace = 'dc'::regnamespace and relkind::text = any(${kinds}) order by relname`
const names = (list: readonly { name: string }[]) => list.map((one) => one.name)

describe('the catalog', () => {
  test('has no table that is neither guarded nor listed as open with a reason', async () => {
    const tables = await relations(['r', 'p', 'f'])
    expect(names(tables)).toEqual([...guardedTables, ...Object.keys(openTables)].sort())
    expect(names(tables.filter((one) => !one.security || one.forced))).toEqual([])
    expect(Object.values(openTables).filter((reason) => reason.length < 10)).toEqual([])
  })

  test('has no view but the listed ones, each asked with its reader’s rights, and no materialized view', async () => {
    const views = await relations(['v'])
    expect(names(views)).toEqual(Object.keys(openViews))
    expect(views.filter((one) => !one.options?.includes('security_invoker=true'))).toEqual([])
    expect(names(await relations(['m']))).toEqual([])
  })

  test('has no function that a role may call but the listed ones, and each has a pinned search_path', async () => {
    const functions = await db.owner<{ name: string; pinned: boolean; callable: boolean }[]>`
      select proname as name, coalesce('search_path=""' = any(proconfig), false) as pinned,
        has_function_privilege('dc_request', oid, 'execute') or has_function_privilege('dc_auth', oid, 'execute')
        or has_function_privilege('dc_jobs', oid, 'execute') or has_function_privilege('dc_connector', oid, 'execute') as callable
      from pg_proc where pronamespace = 'dc'::regnamespace order by proname`
    expect(names(functions.filter((one) => one.callable))).toEqual(Object.keys(openFunctions).sort())
    expect(names(functions.filter((one) => !one.pinned))).toEqual([])
  })

  test('grants nothing to everybody, and nothing by default', async () => {
    const toPublic = await db.owner`
      select table_name from information_schema.role_table_grants where table_schema = 'dc' and grantee = 'PUBLIC'`
    expect([...toPublic]).toEqual([])
    expect([...(await db.owner`select * from pg_default_acl`)]).toEqual([])
  })

  test('has no policy for requests that names a clock or another table', async () => {
    const policies = await db.owner<{ name: string; text: string }[]>`
      select tablename || ' ' || policyname as name, coalesce(qual, '') || coalesce(with_check, '') as text
      from pg_policies where schemaname = 'dc' and 'dc_request' = any(roles)`
    expect(policies.length).toBeGreaterThan(80)
    const wrong = policies.filter(({ text }) =>
      /now\(\)|current_|clock|FROM dc\.[a-z_]+ |FROM dc\.[a-z_]+\s*$/m.test(text.replace(/FROM dc\.[a-z_]+\(\)/g, '')),
    )
    expect(names(wrong)).toEqual([])
  })
})
