import { describe, expect, test } from 'vitest'
import { networkOf, openSignInLimits, signInLimits } from '#app/http/sign-in-limits.server.ts'

const owner = 'oda@alder.example'
const home = '192.0.2.7'
/** Wrong passwords for the owner's account, each from an address of its own. */
const fromEverywhere = async (limits: ReturnType<typeof openSignInLimits>, count: number) => {
  for (let i = 0; i < count; i++) await limits.signIn(owner, `198.51.${i >> 8}.${i & 255}`)
}

describe('attempts to sign in', () => {
  test('at one account from one address end at the limit, also when all come at once', async () => {
    const limits = openSignInLimits()
    const answers = await Promise.all(Array.from({ length: 150 }, () => limits.signIn(owner, home)))
    expect(answers.filter(({ ok }) => ok)).toHaveLength(signInLimits.pair)
    expect(answers.at(-1)).toEqual({ ok: false, retryAfterS: 900 })
  })
  test('at all accounts from one address end at a larger limit, which one account’s refusals do not use up', async () => {
    const limits = openSignInLimits()
    for (let i = 0; i < 200; i++) await limits.signIn(owner, home)
    const others = []
    for (let i = 0; i < 100; i++) others.push(await limits.signIn(`person${i}@alder.example`, home))
    expect(others.filter(({ ok }) => ok)).toHaveLength(signInLimits.address - signInLimits.pair)
    expect((await limits.signIn('another@alder.example', '192.0.2.8')).ok).toBe(true)
  })
  test('from a thousand other addresses never shut the owner out: the answer is slower, and never by more than three seconds', async () => {
    const limits = openSignInLimits()
    expect(await limits.signIn(owner, home)).toMatchObject({ ok: true, delayMs: 0 })
    await fromEverywhere(limits, signInLimits.account)
    expect(await limits.signIn(owner, home)).toMatchObject({ ok: true, delayMs: 200 })
    await fromEverywhere(limits, 1000)
    expect(await limits.signIn(owner, home)).toMatchObject({ ok: true, delayMs: 3_000 })
  })
  test('with the right password are not counted, and forgive the wrong ones of that account at that address alone', async () => {
    const limits = openSignInLimits()
    for (let i = 0; i < 200; i++) {
      const attempt = await limits.signIn(owner, home)
      if (!attempt.ok) throw new Error(`shut after ${i}`)
      await attempt.right()
    }
    // Somebody with an account of their own gains no more tries at others by signing in between.
    let tried = 0
    for (let i = 0; i < 100; i++) {
      const own = await limits.signIn(owner, home)
      if (own.ok) await own.right()
      if ((await limits.signIn(`victim${i}@alder.example`, home)).ok) tried++
    }
    expect(tried).toBe(signInLimits.address)
  })
  test('do not touch the change of a password, which is counted for one signed-in browser', async () => {
    const limits = openSignInLimits()
    for (let i = 0; i < 20; i++) await limits.signIn(owner, home)
    const answers = await Promise.all(Array.from({ length: 30 }, () => limits.changePassword('session-1')))
    expect(answers.filter(({ ok }) => ok)).toHaveLength(signInLimits.session)
    expect((await limits.changePassword('session-2')).ok).toBe(true)
    expect((await limits.signIn(owner, '192.0.2.8')).ok).toBe(true)
  })
})

test.each([
  ['192.0.2.7', '192.0.2.7'],
  ['::ffff:192.0.2.7', '192.0.2.7'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
  ['2001:DB8:0001:2::9', '2001:db8:1:2'],
  ['2001:db8::1', '2001:db8:0:0'],
  ['2001:db8::2', '2001:db8:0:0'],
  ['::1', '0:0:0:0'],
  ['fe80::1%eth0', 'fe80:0:0:0'],
  ['', ''],
])('the address %s is counted as %s', (address, network) => {
  expect(networkOf(address)).toBe(network)
})
