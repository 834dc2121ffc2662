import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { JournalLockedError, lockDirectory } from '#journal/lock.ts'
import { opened, temporaryDirectory } from './support.ts'

const holder = `
import { createServer } from 'node:net'
createServer().listen(process.argv[1], () => console.log('up'))
`

/** A process that listens on this path, and how to kill it. */
async function holding(path: string): Promise<() => Promise<void>> {
  const child = spawn(process.execPath, ['--input-type=module', '-e', holder, path], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  await once(child.stdout, 'data')
  return async () => {
    child.kill('SIGKILL')
    await once(child, 'exit')
  }
}

describe('a journal directory', () => {
  test('is refused to a second opener while the first holds it, and free again after', async () => {
    const dir = temporaryDirectory()
    const one = await opened(dir)
    await expect(opened(dir)).rejects.toBeInstanceOf(JournalLockedError)
    await one.journal.close()
    const two = await opened(dir)
    await two.journal.close()
  })

  test('is refused while another process lives, and taken over when it was killed', async () => {
    const dir = temporaryDirectory()
    const kill = await holding(join(dir, 'lock'))
    await expect(lockDirectory(dir)).rejects.toBeInstanceOf(JournalLockedError)
    await kill()
    const unlock = await lockDirectory(dir)
    await unlock()
  })

  test('may lie deeper than a socket path can be long', async () => {
    const dir = join(temporaryDirectory(), 'a'.repeat(100), 'b'.repeat(100))
    mkdirSync(dir, { recursive: true })
    const unlock = await lockDirectory(dir)
    await expect(lockDirectory(dir)).rejects.toBeInstanceOf(JournalLockedError)
    await unlock()
    await (await lockDirectory(dir))()
  })

  test('is not taken from something that is no socket of ours to remove', async () => {
    const dir = temporaryDirectory()
    const busy = createServer((socket) => socket.destroy()).listen(join(dir, 'lock'))
    await once(busy, 'listening')
    await expect(lockDirectory(dir)).rejects.toBeInstanceOf(JournalLockedError)
    busy.close()
    writeFileSync(join(dir, 'other'), '')
    await (await lockDirectory(dir))()
  })
})
