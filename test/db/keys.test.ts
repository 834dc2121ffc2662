import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { readOrCreateKey } from '#db/key-file.ts'
import { roleNames, rolePasswords, roleUrls } from '#db/roles.ts'

describe('the key file', () => {
  let directory: string
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'drop-copy-key-'))
  })
  afterEach(() => rmSync(directory, { recursive: true, force: true }))

  test('is made once, for its owner alone, and read from then on', () => {
    const key = readOrCreateKey(directory)
    expect(key).toHaveLength(32)
    expect(statSync(join(directory, 'key')).mode & 0o777).toBe(0o600)
    expect(readOrCreateKey(directory)).toEqual(key)
    expect(readdirSync(directory)).toEqual(['key'])
  })

  test('that holds something else is refused, never replaced', () => {
    writeFileSync(join(directory, 'key'), 'not a key')
    expect(() => readOrCreateKey(directory)).toThrow(/does not hold a key/)
  })
})

describe('the roles’ passwords', () => {
  test('follow from the key, and differ by role and by key', () => {
    const all = [1, 2].flatMap((n) => Object.values(rolePasswords(Buffer.alloc(32, n))))
    expect(new Set(all).size).toBe(2 * roleNames.length)
    expect(rolePasswords(Buffer.alloc(32, 1))).toEqual(rolePasswords(Buffer.alloc(32, 1)))
  })

  test('stand in a URL as they are', () => {
    const passwords = rolePasswords(Buffer.alloc(32, 3))
    const url = new URL(roleUrls('postgres://owner:secret@db.example:5433/portal?sslmode=require', passwords).dc_jobs)
    expect([url.username, url.password, url.host]).toEqual(['dc_jobs', passwords.dc_jobs, 'db.example:5433'])
    expect([url.pathname, url.search]).toEqual(['/portal', '?sslmode=require'])
  })
})
