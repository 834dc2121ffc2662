import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * The master key of every test installation: roles belong to the server that all test files share, so their passwords
 * must agree.
 */
export const testKey = Buffer.alloc(32, 7)

export const templateName = `drop_copy_template_${process.env.USER ?? 'test'}`.toLowerCase().replace(/[^a-z0-9_]/g, '_')

/** Give a data directory the test key, for an application started on a database of the shared server. */
export function writeTestKey(directory: string): void {
  mkdirSync(directory, { recursive: true })
  writeFileSync(join(directory, 'key'), `${testKey.toString('hex')}\n`, { mode: 0o600 })
}
