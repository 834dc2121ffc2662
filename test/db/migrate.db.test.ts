import { randomBytes } from 'node:crypto'
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

describe('an owner who may not make roles', () => {
  test('is told what to give to the DBA', async () => {
    const name = `limited_${randomBytes(6).toString('hex')}`
    await db.owner.unsafe(`create role ${name} login password '${name}'`)
    await db.owner.unsafe(`create database ${name} owner ${name}`)
    const url = new URL(db.ownerUrl)
    Object.assign(url, { username: name, password: name, pathname: `/${name}` })
    try {
      const passwords = rolePasswords(randomBytes(32)) // not those that the roles have
      await expect(migrate({ ownerUrl: url.href, passwords, mode: 'sandbox', now: new Date(0) })).rejects.toThrow(
        /may not alter the role dc_request: .*drop-copy db roles --print.*DATABASE_URL_REQUEST/,
      )
    } finally {
      await db.owner.unsafe(`drop database ${name} with (force)`)
      await db.owner.unsafe(`drop role ${name}`)
    }
  })
})

describe('the roles', () => {
  test('cannot bypass a policy, and each connects as itself', async () => {
    await expect(assertRolesCannotBypass(db.urls)).resolves.toBeUndefined()
  })
})
