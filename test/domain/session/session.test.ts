import { describe, expect, test } from 'vitest'
import { consequenceOf, fitCommand, type SessionFacts } from '#domain/session/command.ts'
import { type FailOverFacts, failOverConsequence, fitFailOver, inForce } from '#domain/session/fail-over.ts'

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

describe('a failover', () => {
  const facts: FailOverFacts = {
    ...{ name: 'ODQ1Z9', protocol: 'dc4', active: 'primary', isStoodIn: false, isLoggedOn: true, jump: 4_000 },
    listen: [
      { role: 'primary', host: 'a.example', port: 9901 },
      { role: 'backup', host: 'b.example', port: 9901 },
    ],
  }

  test('is done already where the address is in force, and impossible where there is none', () => {
    expect(fitFailOver(facts, 'backup')).toEqual({ ok: true, value: { isDone: false } })
    expect(fitFailOver(facts, 'primary')).toEqual({ ok: true, value: { isDone: true } })
    expect(failOverConsequence(facts, 'primary')).toEqual([expect.stringContaining('in force already')])
    const alone = { ...facts, listen: facts.listen.slice(0, 1) }
    expect(fitFailOver(alone, 'backup')).toMatchObject({
      error: { sentence: 'ODQ1Z9 has its primary address alone: there is nothing to fail over to.' },
    })
  })

  test('says who is cut, where the client must go, which address refuses it, and how far numbers jump', () => {
    const said = failOverConsequence(facts, 'backup').join(' ')
    expect(said).toContain('is logged out')
    expect(said).toContain('must log on at its backup address, b.example:9901')
    expect(said).toContain('A Logon at its primary, a.example:9901, is refused')
    expect(said).toContain('jumps by 4,000')
    const classic = failOverConsequence({ ...facts, protocol: 'classic', isLoggedOn: false }, 'backup').join(' ')
    expect(classic).toContain('no client is disconnected')
    expect(classic).toContain('may log on at either')
    expect(classic).not.toContain('4,000')
  })

  test('makes an address permanent that stands in, before there is a way back', () => {
    const stoodIn = { ...facts, isStoodIn: true }
    expect([inForce(facts), inForce(stoodIn)]).toEqual(['primary', 'backup'])
    expect(fitFailOver(stoodIn, 'primary').ok).toBe(false)
    expect(fitFailOver(stoodIn, 'backup')).toEqual({ ok: true, value: { isDone: false } })
    expect(failOverConsequence(stoodIn, 'backup')).toEqual([
      expect.stringContaining('no client is disconnected and no number'),
    ])
  })
})
