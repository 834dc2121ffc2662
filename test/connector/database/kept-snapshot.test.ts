import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { KeptSnapshot } from '#connector/database/kept-snapshot.ts'
import { parseSnapshot } from '#domain/configuration/snapshot.ts'
import { snapshot } from '#test/support/connector.ts'

const directory = mkdtempSync(join(tmpdir(), 'kept-snapshot-'))
afterAll(() => rmSync(directory, { recursive: true, force: true }))
const path = join(directory, 'applied.json')
const parsed = parseSnapshot(snapshot({ version: 7 }))
if (!parsed.ok) throw new Error('the snapshot of the tests is none')
const document = parsed.value
const text = () => readFileSync(path, 'utf8')

describe('the configuration kept for a start without the database', () => {
  test('comes back whole, shows its version and none of its secrets', () => {
    new KeptSnapshot(directory, 'role password').save(document, 'd7')
    expect(text()).not.toContain('"secret"')
    expect(JSON.parse(text())).toMatchObject({ version: 7 })
    const again = new KeptSnapshot(directory, 'role password').read()
    expect(again).toEqual({ ok: true, snapshot: document, digest: 'd7' })
  })

  test('is none for another password, and none when a byte was changed', () => {
    const kept = new KeptSnapshot(directory, 'role password')
    kept.save(document, 'd7')
    expect(new KeptSnapshot(directory, 'another').read()).toBeUndefined()
    const { version, sealed } = JSON.parse(text())
    const bytes = Buffer.from(sealed, 'base64url')
    bytes[bytes.length - 1]! ^= 1
    writeFileSync(path, JSON.stringify({ version, sealed: bytes.toString('base64url') }))
    expect(kept.read()).toBeUndefined()
  })

  test('is not written where there is no password to seal it with', () => {
    new KeptSnapshot(directory, 'role password').save(document, 'd7')
    const kept = new KeptSnapshot(directory, '')
    kept.save(document, 'd7')
    expect(kept.isKept).toBe(false)
    expect(kept.read()).toBeUndefined()
    expect(() => text()).toThrow('ENOENT')
  })

  test('stands as it was when there is no room for the next, and is written when there is', () => {
    const kept = new KeptSnapshot(directory, 'role password')
    kept.save(document, 'd7')
    symlinkSync('/dev/full', `${path}.new`) // where every write finds no room
    expect(kept.save(document, 'd8')).toBe(false)
    expect(kept.read()).toMatchObject({ digest: 'd7' })
    expect(kept.save(document, 'd8')).toBe(true)
    expect(kept.read()).toMatchObject({ digest: 'd8' })
  })
})
