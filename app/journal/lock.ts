import { createHash } from 'node:crypto'
import { realpathSync, rmSync, statSync } from 'node:fs'
import { connect, createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** sun_path of Linux holds 108 bytes, the last of them zero. */
const LONGEST_SOCKET_PATH = 107

/** Thrown when a living process holds the directory. */
export class JournalLockedError extends Error {
  override name = 'JournalLockedError'
}

/**
 * Hold the directory until the returned function is called or this process ends: by a socket, which answers only while
 * its process lives.
 * @throws JournalLockedError when another process answers
 */
export async function lockDirectory(dir: string): Promise<() => Promise<void>> {
  const path = socketIn(dir, 'lock')
  for (let tries = 0; tries < 3; tries++) {
    const server = await listen(path)
    if (server) return () => new Promise((resolve) => server.close(() => resolve()))
    await removeStale(path, dir)
  }
  throw new JournalLockedError(`another process is taking the journal in ${dir}`)
}

/** A path in the directory or, if that is too long for a socket, among the temporary files, named after it. */
export function socketIn(dir: string, name: string): string {
  const real = realpathSync(dir)
  const path = join(real, name)
  if (Buffer.byteLength(path) <= LONGEST_SOCKET_PATH) return path
  return join(tmpdir(), `drop-copy-${createHash('sha256').update(real).digest('hex').slice(0, 24)}.${name}`)
}

/** A server on this path, or undefined when the path is taken. */
function listen(path: string): Promise<Server | undefined> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy())
    server.once('error', (error: NodeJS.ErrnoException) =>
      error.code === 'EADDRINUSE' ? resolve(undefined) : reject(error),
    )
    server.listen(path, () => {
      server.unref()
      resolve(server)
    })
  })
}

/** Remove a socket whose process is gone, and only the socket that was asked. */
async function removeStale(path: string, dir: string): Promise<void> {
  const asked = statSync(path, { throwIfNoEntry: false })?.ino
  if (await answers(path)) throw new JournalLockedError(`another process holds the journal in ${dir}`)
  if (asked !== undefined && statSync(path, { throwIfNoEntry: false })?.ino === asked) rmSync(path, { force: true })
}

function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path)
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    // only a refusal proves that no process lives: another error may be a process too busy to answer
    socket.once('error', (error: NodeJS.ErrnoException) =>
      resolve(error.code !== 'ECONNREFUSED' && error.code !== 'ENOENT'),
    )
  })
}
