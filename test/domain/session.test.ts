import { describe, expect, test } from 'vitest'
import { consequenceOf, fitCommand, type SessionFacts } from '#domain/session/command.ts'

const target: SessionFacts = {
  kind: 'target',
  name: 'ODQ1Z9',
  protocol: 'classic',
  isLoggedOn: true,
  nextIn: 12,
  nextOut: 734,
  waiting: 1,
  held: 3,
}
const feed: SessionFacts = { ...target, kind: 'feed', name: 'gw1', waiting: 0, held: 0 }
const fits = (kind: 'target' | 'feed', command: Parameters<typeof fitCommand>[1]) => fitCommand(kind, command).ok

describe('a command to a session', () => {
  test('is one that such a session takes', () => {
    expect(fits('target', { action: 'reset' })).toBe(true)
    expect(fits('feed', { action: 'reset' })).toBe(false)
    expect(fits('feed', { action: 'accept-reset' })).toBe(true)
    expect(fits('target', { action: 'accept-reset' })).toBe(false)
    expect(fits('feed', { action: 'log-out' })).toBe(true)
  })

  test('names numbers exactly when it sets them, and such as 34 can hold', () => {
    expect(fits('target', { action: 'set-number' })).toBe(false)
    expect(fits('target', { action: 'log-out', expected: 1 })).toBe(false)
    expect(fits('target', { action: 'set-number', expected: 1 })).toBe(true)
    expect(fits('target', { action: 'set-number', expected: 1, next: 999_999_999 })).toBe(true)
    for (const next of [0, -1, 1.5, Number.NaN, 1_000_000_000])
      expect([next, fits('target', { action: 'set-number', next })]).toEqual([next, false])
  })
})

describe('the consequence of a command', () => {
  test('says what the client sees, how many copies wait, and what cannot be had any more', () => {
    expect(consequenceOf(target, { action: 'log-out' })).toBe(
      'The client of ODQ1Z9 is logged out and may log on again at once. No number changes but the one that our Logout uses. 1 copy waits, 3 copies are held.',
    )
    expect(consequenceOf({ ...target, isLoggedOn: false }, { action: 'reset' })).toBe(
      'The client of ODQ1Z9 is not logged on. Both directions start at 1 then; it has to start at 1, too. What went out under the numbers up to 733 cannot be had by Resend Request any more, by Application Resend it can. 1 copy waits, 3 copies are held. Chain and cursor stay.',
    )
    expect(consequenceOf({ ...target, protocol: 'dc4' }, { action: 'reset' })).not.toContain('Application Resend')
    expect(consequenceOf(target, { action: 'pause' })).toContain('cannot log on until it is resumed')
  })

  test('names the numbers that are set and those they replace, and what a feed loses by it', () => {
    expect(consequenceOf(target, { action: 'set-number', expected: 5, next: 800 })).toMatch(
      /expected to be 5 instead of 12\. Our next number is 800 instead of 734; asked for those between, we gap-fill them\.$/,
    )
    expect(consequenceOf(feed, { action: 'set-number', expected: 50 })).toContain('count as lost')
    expect(consequenceOf(feed, { action: 'accept-reset' })).toContain('1 is expected again instead of 12')
  })
})
