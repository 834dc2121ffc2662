import { hash, verify } from '@node-rs/argon2'
import { ok, type Result, refuse } from '#domain/result.ts'

/** argon2id (the library's default algorithm) with OWASP's first choice of cost: 19 MiB, 2 passes. */
const cost = { memoryCost: 19_456, timeCost: 2, parallelism: 1 }

export const hashPassword = (password: string): Promise<string> => hash(password, cost)

/** The hash of a password that nobody has, verified when the e-mail is unknown, so that the answer takes as long. */
let nobodys: Promise<string> | undefined

/** @param stored undefined when there is no such person, or they have no password yet: false, after the same work */
export async function verifyPassword(stored: string | undefined, password: string): Promise<boolean> {
  nobodys ??= hashPassword(crypto.randomUUID())
  const matches = await verify(stored ?? (await nobodys), password)
  return matches && stored !== undefined
}

const shortest = 12
const wellKnown = /^(.)\1+$|password|passw0rd|letmein|qwerty|12345678|dropcopy/i

/** Length before rules: at least 12 characters, not somebody's e-mail, none of the patterns that are tried first. */
export function checkPassword(
  password: string,
  email: string,
): Result<undefined, { code: 'weak-password'; why: string }> {
  const weak = (why: string) => refuse({ code: 'weak-password', why } as const)
  if ([...password].length < shortest) return weak(`At least ${shortest} characters.`)
  const name = email.split('@')[0]?.toLowerCase() ?? ''
  if (name.length >= 4 && password.toLowerCase().includes(name)) return weak('It contains your e-mail name.')
  if (wellKnown.test(password)) return weak('It holds a pattern that is tried first. Use a few unrelated words.')
  return ok(undefined)
}
