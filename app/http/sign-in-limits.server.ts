import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible'

const windowS = 15 * 60
/** Wrong passwords in a quarter of an hour before the account, or the address, has to wait until it is over. */
export const signInLimits = { account: 10, address: 60 }

export interface SignInLimits {
  /** Seconds to wait; 0: go on. Asked before the password is looked at, so that a right one is refused too. */
  waitS(email: string, address: string): Promise<number>
  failed(email: string, address: string): Promise<void>
  succeeded(email: string): Promise<void>
}

/** Counted in this process: one portal serves an installation, and a restart forgives. */
export function openSignInLimits(): SignInLimits {
  const accounts = new RateLimiterMemory({ points: signInLimits.account, duration: windowS })
  const addresses = new RateLimiterMemory({ points: signInLimits.address, duration: windowS })
  const wait = async (limiter: RateLimiterMemory, key: string) => {
    const seen = await limiter.get(key)
    return seen && seen.consumedPoints >= limiter.points ? Math.ceil(seen.msBeforeNext / 1000) : 0
  }
  const count = async (limiter: RateLimiterMemory, key: string) => {
    await limiter.consume(key).catch((over: unknown) => {
      if (!(over instanceof RateLimiterRes)) throw over // over the limit is what `waitS` tells
    })
  }
  const account = (email: string) => email.trim().toLowerCase().slice(0, 254)
  return {
    waitS: async (email, address) =>
      Math.max(await wait(accounts, account(email)), await wait(addresses, network(address))),
    failed: async (email, address) => {
      await Promise.all([count(accounts, account(email)), count(addresses, network(address))])
    },
    succeeded: async (email) => {
      await accounts.delete(account(email))
    },
  }
}

/** An IPv6 subscriber has a whole /64 to come from. */
const network = (address: string) =>
  address.includes('::ffff:') || !address.includes(':') ? address : address.split(':').slice(0, 4).join(':')
