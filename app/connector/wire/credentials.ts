import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'
import { Worker } from 'node:worker_threads'
import type { Credential } from '#domain/configuration/fields.ts'
import { fingerprint } from '#domain/credential/secret.ts'
import type { LogonCredentials } from '#fix/session-state.ts'

type Password = Extract<Credential, { kind: 'password' }>
type Signed = Extract<LogonCredentials, { kind: 'hmac' }>

/** Whether a Logon's proof is right, and which of the configured credentials it matched. */
export type CredentialVerdict = { ok: true; index: number } | { ok: false }

/** How pages name a credential: an access key by its id, a password by its fingerprint; undefined: neither. */
export function shownName(credential: Credential): string | undefined {
  if (credential.kind === 'hmac') return credential.accessKeyId
  return 'sha256' in credential ? fingerprint(credential) : undefined
}

/** Why a Logon proved nothing, for the owner of the session; the client only learns that it was refused. */
export function whyUnproven(given: LogonCredentials, configured: readonly Credential[]): string {
  const kinds = new Set(configured.map((one) => one.kind))
  if (kinds.size === 0) return 'No password or access key exists for this session yet.'
  if (given.kind === 'none')
    return kinds.has('password') ? 'It carried no password (95, 96).' : 'It carried no signature (355, 1402).'
  if (!kinds.has(given.kind))
    return given.kind === 'hmac' ? 'It was signed, but this session has a password.' : 'This session wants a signature.'
  return given.kind === 'hmac'
    ? 'The access key is not one of this session, or the signature does not fit.'
    : 'The password is not one that is valid now.'
}

/**
 * Checks Logons. Signatures, passwords and their sha256 verifiers are checked at once; argon2 runs in another thread,
 * one at a time, and never twice for the same password: a keyed digest of each success is remembered.
 */
export class CredentialCheck {
  private readonly key = randomBytes(32)
  private readonly remembered = new Set<string>()
  private queue: Promise<unknown> = Promise.resolve()
  private worker: Worker | undefined

  /** Answers at once where it can: a promise only when argon2 has to run. */
  check(
    given: LogonCredentials,
    configured: readonly Credential[],
    required: boolean,
  ): CredentialVerdict | Promise<CredentialVerdict> {
    if (configured.length === 0 && !required) return { ok: true, index: -1 }
    if (given.kind === 'hmac') return signedBy(given, configured)
    if (given.kind === 'none') return { ok: false }
    const slow: { index: number; argon2: string }[] = []
    let found = -1
    for (const [index, one] of configured.entries()) {
      if (one.kind !== 'password') continue
      if ('argon2' in one && !this.remembered.has(this.digest(given.password, one.argon2)))
        slow.push({ index, argon2: one.argon2 })
      else if (matches(one, given.password) && found < 0) found = index
    }
    if (found >= 0) return { ok: true, index: found }
    return slow.length === 0 ? { ok: false } : this.slowly(given.password, slow)
  }

  stop(): void {
    void this.worker?.terminate()
    this.worker = undefined
  }

  private slowly(
    password: string,
    candidates: readonly { index: number; argon2: string }[],
  ): Promise<CredentialVerdict> {
    const answer = this.queue.then(async (): Promise<CredentialVerdict> => {
      for (const { index, argon2 } of candidates) {
        if (!(await this.ask(argon2, password))) continue
        this.remembered.add(this.digest(password, argon2))
        return { ok: true, index }
      }
      return { ok: false }
    })
    this.queue = answer.catch(() => undefined)
    return answer
  }

  private ask(argon2: string, password: string): Promise<boolean> {
    this.worker ??= new Worker(verifierSource, { eval: true, workerData: { argon2: argon2Url() } })
    const { worker } = this
    worker.unref()
    return new Promise((resolve, reject) => {
      worker.once('message', (ok: boolean) => resolve(ok))
      worker.once('error', (cause) => {
        this.worker = undefined
        reject(new Error('the password check failed', { cause }))
      })
      worker.postMessage({ argon2, password })
    })
  }

  private digest(password: string, argon2: string): string {
    return createHmac('sha256', this.key).update(`${argon2}\n${password}`).digest('base64')
  }
}

/** HMAC-SHA-256 under a secret key, which is written in base64url as its answer is, without padding (spec §2.4). */
export const signHmac = (secretKey: string, text: string): string =>
  createHmac('sha256', Buffer.from(secretKey, 'base64url')).update(text, 'latin1').digest('base64url')

/** Finds the key by its id; two keys may be valid while they are exchanged. */
function signedBy({ accessKeyId, signature, text }: Signed, configured: readonly Credential[]): CredentialVerdict {
  for (const [index, one] of configured.entries()) {
    if (one.kind !== 'hmac' || one.accessKeyId !== accessKeyId) continue
    if (equal(Buffer.from(signHmac(one.secretKey, text)), Buffer.from(signature))) return { ok: true, index }
  }
  return { ok: false }
}

/** The library's address, for a thread that has no file of its own. */
const argon2Url = (): string => pathToFileURL(createRequire(import.meta.url).resolve('@node-rs/argon2')).href

/** The synchronous form: not even a queue of hashes reaches the thread pool that the journal and the resolver share. */
const verifierSource = `
const { parentPort, workerData } = require('node:worker_threads')
parentPort.on('message', async ({ argon2, password }) => {
  const { verifySync } = await import(workerData.argon2)
  let ok = false
  try { ok = verifySync(argon2, password) } catch {}
  parentPort.postMessage(ok)
})
`

function matches(one: Password, password: string): boolean {
  if ('argon2' in one) return true // asked before and remembered
  if ('sha256' in one) return equal(sha256(one.salt + password), Buffer.from(one.sha256, 'hex'))
  return equal(sha256(one.password), sha256(password))
}

const sha256 = (text: string): Buffer => createHash('sha256').update(text).digest()
const equal = (a: Buffer, b: Buffer): boolean => a.length === b.length && timingSafeEqual(a, b)

const failuresAllowed = 5
const windowMs = 60_000
const addressesKept = 10_000

/** Five failed Logons a minute from one address: later connections are closed unread. */
export class FailureLimit {
  private readonly failures = new Map<string, number[]>()

  failed(address: string, nowMs: number): void {
    const recent = [...this.recent(address, nowMs), nowMs].slice(-failuresAllowed)
    this.failures.delete(address)
    this.failures.set(address, recent)
    if (this.failures.size > addressesKept) this.forget(nowMs)
  }

  /**
   * Addresses are ordered by their newest failures: those without one in the window are removed, or else the oldest.
   */
  private forget(nowMs: number): void {
    for (const [address, times] of this.failures) {
      if (this.failures.size <= addressesKept && nowMs - (times.at(-1) ?? 0) < windowMs) return
      this.failures.delete(address)
    }
  }

  isShut(address: string, nowMs: number): boolean {
    const recent = this.recent(address, nowMs)
    if (recent.length === 0) this.failures.delete(address)
    else this.failures.set(address, recent)
    return recent.length >= failuresAllowed
  }

  private recent(address: string, nowMs: number): number[] {
    return (this.failures.get(address) ?? []).filter((at) => nowMs - at < windowMs)
  }
}
