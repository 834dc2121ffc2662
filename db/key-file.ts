import { randomBytes } from 'node:crypto'
import { existsSync, linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const keyBytes = 32

/**
 * A 32-byte key of the installation in its data directory, mode 600, 64 hexadecimal digits, generated the first time.
 * The passwords of the database's roles derive from `key`; `sealing-key` seals what must be read again, so that a copy
 * of the database alone opens nothing.
 * @throws when the file does not hold a key
 */
export function readOrCreateKey(directory: string, name: 'key' | 'sealing-key' = 'key'): Buffer {
  const path = join(directory, name)
  if (!existsSync(path)) create(path)
  return readKey(path)
}

/** @throws when there is no such file, or it does not hold a key */
export function readKey(path: string): Buffer {
  const text = readFileSync(path, 'utf8').trim()
  if (!/^[0-9a-f]{64}$/.test(text)) throw new Error(`${path} does not hold a key: 64 hexadecimal digits are expected`)
  return Buffer.from(text, 'hex')
}

/** Written under another name and linked into place: no reader sees half a key, and no second writer replaces a key. */
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
