import { randomBytes } from 'node:crypto'
import { existsSync, linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const keyBytes = 32

/**
 * The installation's 32-byte master key: `key` in the data directory, mode 600, 64 hexadecimal digits, generated the first time.
 * Everything secret derives from it or is sealed with a key that does, so a copy of the database alone opens nothing.
 * @throws when the file does not hold a key
 */
export function readOrCreateKey(directory: string): Buffer {
  const path = join(directory, 'key')
  if (!existsSync(path)) create(path)
  const text = readFileSync(path, 'utf8').trim()
  if (!/^[0-9a-f]{64}$/.test(text)) throw new Error(`${path} does not hold a key: 64 hexadecimal digits are expected`)
  return Buffer.from(text, 'hex')
}

/** Written beside and linked into place, so that no reader ever sees half a key and no second writer replaces one. */
function create(path: string): void {
  const beside = `${path}.${process.pid}`
  writeFileSync(beside, `${randomBytes(keyBytes).toString('hex')}\n`, { mode: 0o600 })
  try {
    linkSync(beside, path)
  } catch (error) {
    if (!existsSync(path)) throw error
  } finally {
    rmSync(beside)
  }
}
