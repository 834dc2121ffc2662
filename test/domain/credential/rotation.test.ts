import { describe, expect, test } from 'vitest'
import { expiryBeside, isLive, standingOf } from '#domain/credential/rotation.ts'

const now = new Date('2026-11-23T02:00:00Z')
const key: Parameters<typeof standingOf>[0] = {
  kind: 'hmac',
  createdAt: new Date('2026-01-01T00:00:00Z'),
  expiresAt: null,
  revokedAt: null,
}

describe('an access key', () => {
  test('lives four weeks beside a newer one, and never longer than it would have', () => {
    expect(expiryBeside(key, now).toISOString()).toBe('2026-12-21T02:00:00.000Z')
    const sooner = new Date('2026-12-01T00:00:00Z')
    expect(expiryBeside({ expiresAt: sooner }, now)).toBe(sooner)
  })

  test('is good until its very instant', () => {
    expect(isLive({ ...key, expiresAt: new Date(now.getTime() + 1) }, now)).toBe(true)
    expect(isLive({ ...key, expiresAt: now }, now)).toBe(false)
    expect(isLive({ ...key, revokedAt: now }, now)).toBe(false)
  })

  test('is due for change after twelve months, where nothing ends it before', () => {
    const createdAt = new Date('2025-11-23T02:00:00Z')
    expect(standingOf(key, now)).toBe('valid')
    expect(standingOf({ ...key, createdAt }, now)).toBe('due')
    expect(standingOf({ ...key, createdAt }, new Date(now.getTime() - 1))).toBe('valid')
    expect(standingOf({ ...key, createdAt, expiresAt: new Date('2026-12-01') }, now)).toBe('expiring')
    expect(standingOf({ ...key, createdAt, expiresAt: now }, now)).toBe('expired')
    expect(standingOf({ ...key, expiresAt: now, revokedAt: now }, now)).toBe('revoked')
    expect(standingOf({ ...key, createdAt, kind: 'password' }, now)).toBe('valid')
  })
})
