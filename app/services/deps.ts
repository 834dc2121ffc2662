import { createHash } from 'node:crypto'
import type { Database } from '#db/client.ts'

/** What every command gets. There is no database handle, so a transaction cannot ask for a second connection. */
export type Deps = {
  withActor: Database['withActor']
  now(): Date
  newId(): string
  randomBytes(length: number): Uint8Array
  /** Seal what connectors must read again; `what` binds it to its place (`#db/sealing.ts`). */
  seal(text: string, what: string): Buffer
}

/** What the portal's own jobs get: they act without a person. */
export type JobDeps = Omit<Deps, 'withActor' | 'seal'> & { asJobs: Database['asJobs'] }

/** How long a request waits for its parties before it expires. */
export const expiresAfterMs = 30 * 86_400_000

export const sha256 = (text: string): string => createHash('sha256').update(text, 'utf8').digest('hex')
export const sha256Bytes = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')
