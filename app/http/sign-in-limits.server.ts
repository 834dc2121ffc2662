import { isIPv6 } from 'node:net'
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible'
import { plainEmail } from '#domain/people/email.ts'

const windowS = 15 * 60
/**
 * Wrong passwords in a quarter of an hour. `pair` is one account from one address, `address` all accounts from one
 * address: beyond these the address waits. `account` is one account from everywhere: beyond it every further answer
 * is slower, never refused, so that strangers cannot lock the owner out. `session` is the present password on the
 * account page, asked of one signed-in browser.
 */
export const signInLimits = { pair: 10, address: 60, account: 20, session: 10 }
/** How much slower each wrong password beyond `account` makes the answer, and the slowest that it becomes. */
const slower = { stepMs: 100, mostMs: 3_000 }

type Attempt =
  /**
   * `delayMs`: how long to wait before looking. `right`: the password was the right one, so the attempt does not count.
   */
  { ok: true; delayMs: number; right(): Promise<void> } | { ok: false; retryAfterS: number }

/** Attempts are counted before the password is checked: of many at once, no more than the limit are checked. */
export interface SignInLimits {
  signIn(email: string, address: string): Promise<Attempt>
  changePassword(sessionId: string): Promise<Attempt>
}

/** Counted in this process: one portal serves an installation, and a restart forgives. */
export function openSignInLimits(): SignInLimits {
  const pairs = new RateLimiterMemory({ points: signInLimits.pair, duration: windowS })
  const addresses = new RateLimiterMemory({ points: signInLimits.address, duration: windowS })
  const accounts = new RateLimiterMemory({ points: Number.MAX_SAFE_INTEGER, duration: windowS })
  const sessions = new RateLimiterMemory({ points: signInLimits.session, duration: windowS })
  return {
    async signIn(email, address) {
      const account = plainEmail(email).slice(0, 254)
      const from = networkOf(address)
      const pair = `${from} ${account}`
      const ofPair = await take(pairs, pair)
      if (!ofPair.ok) return ofPair
      const ofAddress = await take(addresses, from)
      if (!ofAddress.ok) {
        await pairs.reward(pair)
        return ofAddress
      }
      const ofAccount = await take(accounts, account)
      const right = async () => {
        await Promise.all([pairs.delete(pair), addresses.reward(from), accounts.reward(account)])
      }
      return { ok: true, delayMs: ofAccount.ok ? delayAfter(ofAccount.taken) : 0, right }
    },
    async changePassword(sessionId) {
      const taken = await take(sessions, sessionId)
      if (!taken.ok) return taken
      return { ok: true, delayMs: 0, right: async () => void (await sessions.delete(sessionId)) }
    },
  }
}

const delayAfter = (taken: number) => Math.min(slower.mostMs, Math.max(0, taken - signInLimits.account) * slower.stepMs)

async function take(
  limiter: RateLimiterMemory,
  key: string,
): Promise<{ ok: true; taken: number } | { ok: false; retryAfterS: number }> {
  try {
    return { ok: true, taken: (await limiter.consume(key)).consumedPoints }
  } catch (over) {
    if (!(over instanceof RateLimiterRes)) throw over
    return { ok: false, retryAfterS: Math.ceil(over.msBeforeNext / 1000) }
  }
}

/** An IPv6 subscriber has a whole /64 to come from; an IPv4 address may be written as IPv6. */
export function networkOf(address: string): string {
  const plain = address.replace(/%.*$/, '')
  const mapped = /^::ffff:([\d.]+)$/i.exec(plain)?.[1]
  if (mapped || !isIPv6(plain)) return mapped ?? plain
  const [head = '', tail] = plain.split('::')
  const left = head.split(':').filter(Boolean)
  const right = tail?.split(':').filter(Boolean) ?? []
  const zeros = Array.from({ length: Math.max(0, 8 - left.length - right.length) }, () => '0')
  const groups = [...left, ...zeros, ...right].slice(0, 4)
  return groups.map((group) => group.toLowerCase().replace(/^0+(?=.)/, '')).join(':')
}
