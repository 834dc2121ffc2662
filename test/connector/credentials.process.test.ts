import { createHash } from 'node:crypto'
import { hashSync } from '@node-rs/argon2'
import { describe, expect, onTestFinished, test } from 'vitest'
import { isAllowed } from '#connector/wire/allowed.ts'
import { CredentialCheck, FailureLimit, whyUnproven } from '#connector/wire/credentials.ts'

function check(): CredentialCheck {
  const made = new CredentialCheck()
  onTestFinished(() => made.stop())
  return made
}
const password = (text: string) => ({ kind: 'password', password: text }) as const
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')

describe('a logon', () => {
  test('is let in by any of the configured credentials, and told which', async () => {
    const configured = [
      password('plain'),
      { kind: 'password', sha256: sha256('salthashed'), salt: 'salt' } as const,
      { kind: 'password', argon2: hashSync('chosen') } as const,
    ]
    const credentials = check()
    expect(credentials.check(password('plain'), configured, true)).toEqual({ ok: true, index: 0 })
    expect(credentials.check(password('hashed'), configured, true)).toEqual({ ok: true, index: 1 })
    expect(await credentials.check(password('chosen'), configured, true)).toEqual({ ok: true, index: 2 })
    expect(await credentials.check(password('guess'), configured, true)).toEqual({ ok: false })
  })

  test('costs a slow check only once', async () => {
    const configured = [{ kind: 'password', argon2: hashSync('chosen') } as const]
    const credentials = check()
    expect(credentials.check(password('chosen'), configured, true)).toBeInstanceOf(Promise)
    await credentials.check(password('chosen'), configured, true)
    expect(credentials.check(password('chosen'), configured, true)).toEqual({ ok: true, index: 0 })
  })

  test('needs none where none is configured and none demanded', () => {
    expect(check().check({ kind: 'none' }, [], false)).toEqual({ ok: true, index: -1 })
    expect(check().check({ kind: 'none' }, [], true)).toEqual({ ok: false })
    expect(check().check({ kind: 'none' }, [password('x')], false)).toEqual({ ok: false })
  })
})

test('a session’s owner is told why a logon proved nothing', () => {
  const password = { kind: 'password' as const, password: 'secret' }
  const key = { kind: 'hmac' as const, accessKeyId: 'K', secretKey: 'S' }
  const none = { kind: 'none' as const }
  expect(whyUnproven(none, [])).toMatch(/^No password or access key exists/)
  expect(whyUnproven(none, [password])).toMatch(/no password \(95, 96\)/)
  expect(whyUnproven(none, [key])).toMatch(/no signature/)
  expect(whyUnproven({ kind: 'password', password: 'x' }, [password])).toMatch(/not one that is valid now/)
  expect(whyUnproven({ kind: 'password', password: 'x' }, [key])).toMatch(/wants a signature/)
})

describe('an address', () => {
  test('is shut out for the rest of the minute after five failures', () => {
    const limit = new FailureLimit()
    for (let i = 0; i < 4; i++) limit.failed('10.0.0.1', 1_000)
    expect(limit.isShut('10.0.0.1', 1_000)).toBe(false)
    limit.failed('10.0.0.1', 2_000)
    expect(limit.isShut('10.0.0.1', 2_000)).toBe(true)
    expect(limit.isShut('10.0.0.2', 2_000)).toBe(false)
    expect(limit.isShut('10.0.0.1', 61_001)).toBe(false)
  })

  test('is allowed by itself, by its network, and as a v4 peer of a v6 listener', () => {
    expect(isAllowed([], '10.1.2.3')).toBe(true)
    expect(isAllowed(['10.1.2.3'], '10.1.2.3')).toBe(true)
    expect(isAllowed(['10.0.0.0/8'], '::ffff:10.1.2.3')).toBe(true)
    expect(isAllowed(['10.0.0.0/8'], '11.1.2.3')).toBe(false)
    expect(isAllowed(['fd00::/8'], 'fd00::1')).toBe(true)
    expect(isAllowed(['::ffff:10.1.2.3', '::ffff:10.2.0.0/112'], '10.1.2.3')).toBe(true)
    expect(isAllowed(['::ffff:10.2.0.0/112'], '::ffff:10.2.9.9')).toBe(true)
    expect(isAllowed(['fe80::/10'], 'fe80::1%eth0')).toBe(true)
    expect(isAllowed(['10.0.0.0/8'], '')).toBe(false)
    expect(isAllowed(['10.1.2.3/8'], '10.9.9.9')).toBe(true) // a file may write a network by an address in it
  })
})
