import { describe, expect, test } from 'vitest'
import { logoutDraft } from '#fix/drafts.ts'
import { resolvePolicy } from '#fix/policy.ts'
import { createSession } from '#fix/session.ts'
import { acceptor, initiator } from './pretend-driver.ts'

describe('a policy', () => {
  test("is the exchange's when nothing is said", () => {
    expect(resolvePolicy()).toEqual(resolvePolicy('cme'))
    expect(resolvePolicy({ heartbeatS: [1, 120] })).toEqual({ ...resolvePolicy('cme'), heartbeatS: [1, 120] })
  })

  test('is a preset with some switches set otherwise; one left undefined keeps the preset', () => {
    const policy = resolvePolicy({ preset: 'fix', resendCap: 10, ...{ sendingTimeS: undefined } })
    expect([policy.preset, policy.resendCap, policy.sendingTimeS, policy.testRequestAfterLogon]).toEqual([
      'fix',
      10,
      120,
      false,
    ])
  })

  test('has a value for every switch in both columns', () => {
    const [cme, fix] = [resolvePolicy('cme'), resolvePolicy('fix')]
    expect(Object.keys(cme)).toEqual(Object.keys(fix))
    expect([...Object.values(cme), ...Object.values(fix)]).not.toContain(undefined)
  })

  test('holds the differences that matter to a client', () => {
    const rows = [
      'heartbeatS',
      'testRequestAfterLogon',
      'requiredHeader',
      'resendCap',
      'secondResend',
      'sendingTimeS',
      'resetAtLogon',
    ] as const
    const column = (preset: 'cme' | 'fix') => rows.map((row) => resolvePolicy(preset)[row])
    expect(column('cme')).toEqual([[5, 60], true, [50, 57, 142], 2500, 'reject', 0, 'refuse'])
    expect(column('fix')).toEqual([[0, 3600], false, [], 0, 'merge', 120, 'accept'])
  })

  test.each([
    ["the exchange's acceptor", acceptor('cme'), ['789', '58']],
    ['a plain acceptor', acceptor('fix'), ['58']],
    ['a plain acceptor with the switch set', acceptor({ preset: 'fix', nextExpectedInLogout: true }), ['789', '58']],
    ['an initiator', initiator('cme'), ['58']],
  ])('says whether a Logout of %s names the number expected next', (_, config, tags) => {
    const { body } = logoutDraft(createSession(config, { nextIn: 7, nextOut: 3 }), 'over')
    expect(body.map(([tag]) => `${tag}`)).toEqual(tags)
    expect(body.filter(([tag]) => tag === 789).map(([, value]) => value)).toEqual(tags.length > 1 ? [7] : [])
  })
})
