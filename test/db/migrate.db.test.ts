import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { assertRolesCannotBypass } from '#db/assert-roles.ts'
import { migrate } from '#db/migrate.ts'
import { rolePasswords } from '#db/roles.ts'
import { type FreshDb, freshDb } from '#test/support/fresh-db.ts'
import { testKey } from '#test/support/test-key.ts'

let db: FreshDb
beforeAll(async () => {
  db = await freshDb()
})
afterAll(() => db.close())

const again = (mode: 'sandbox' | 'production') =>
  migrate({ ownerUrl: db.ownerUrl, passwords: rolePasswords(testKey), mode, now: new Date('2027-01-01T00:00:00Z') })

describe('migrating a database that is already up to date', () => {
  test('changes nothing and names the same installation', async () => {
    const [first] = await db.owner`select id, created_at from dc.installation`
    const answer = await again('sandbox')
    expect(answer).toEqual({ isNew: false, installationId: first?.id })
    expect(await db.owner`select id, created_at from dc.installation`).toEqual([first])
  })

  test('is refused in the other mode', async () => {
    await expect(again('production')).rejects.toThrow(/sandbox mode.*MODE=production/)
  })
})

describe('the roles', () => {
  test('cannot bypass a policy, and each connects as itself', async () => {
    await expect(assertRolesCannotBypass(db.urls)).resolves.toBeUndefined()
  })
})
