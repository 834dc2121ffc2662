import { hkdfSync } from 'node:crypto'
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import type { Wanted } from '#connector/run/snapshot/wanted.ts'
import { checked } from '#connector/run/snapshot/wanted-file.ts'
import { open, seal } from '#db/sealing.ts'
import type { Snapshot } from '#domain/configuration/snapshot.ts'
import { isNoRoom } from '#journal/files.ts'

const what = 'drop-copy applied.json'

const file = z.object({ version: z.int(), sealed: z.base64url() })
const content = z.object({ digest: z.string(), snapshot: z.unknown() })

/**
 * The configuration applied last, kept as `applied.json` beside the journal for a start without the database. The file
 * is sealed with a key derived from the password of the connector's database role: anyone who has that password can
 * read the same secrets in the database.
 */
export class KeptSnapshot {
  private readonly path: string
  private readonly key: Buffer | undefined

  /** With an empty `password` there is no key to seal with, so nothing is kept. */
  constructor(directory: string, password: string) {
    this.path = join(directory, 'applied.json')
    this.key = password === '' ? undefined : Buffer.from(hkdfSync('sha256', password, new Uint8Array(), what, 32))
  }

  get isKept(): boolean {
    return this.key !== undefined
  }

  /** False: the disk is full, and the file kept before is still there. */
  save(snapshot: Snapshot, digest: string): boolean {
    if (!this.key) {
      rmSync(this.path, { force: true }) // left from a time with a password, or by a version that did not seal
      return true
    }
    const sealed = seal(this.key, JSON.stringify({ digest, snapshot }), what).toString('base64url')
    try {
      writeFileSync(`${this.path}.new`, JSON.stringify({ version: snapshot.version, sealed }), { mode: 0o600 })
      renameSync(`${this.path}.new`, this.path)
      return true
    } catch (error) {
      rmSync(`${this.path}.new`, { force: true })
      if (isNoRoom(error)) return false
      throw error
    }
  }

  /** undefined: there is no file, or this key does not open the file. */
  read(): Wanted | undefined {
    try {
      const { digest, snapshot } = content.parse(JSON.parse(this.open()))
      const wanted = checked(snapshot)
      return wanted.ok ? { ...wanted, digest } : wanted
    } catch {
      return undefined
    }
  }

  /** @throws when there is no file, the file was changed, or the key is another */
  private open(): string {
    if (!this.key) throw new Error('no key')
    const bytes = Buffer.from(file.parse(JSON.parse(readFileSync(this.path, 'utf8'))).sealed, 'base64url')
    return open(this.key, bytes, what)
  }
}
