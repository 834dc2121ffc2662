import { readdirSync, rmSync } from 'node:fs'
import { connect, createServer, type Server } from 'node:net'
import { join } from 'node:path'

/** The answer of a data directory's owner to every connection to its socket. */
export interface Owner {
  /** 0 when the owner does not say. */
  pid: number
  /** `claiming`: has bound, but has not looked around yet. `stopping`: will let go soon, so wait for it. */
  state: 'claiming' | 'owner' | 'stopping'
  /** The address of the owner's portal, once that listens. */
  url?: string
}

export interface Lock {
  /** Publish the address for processes that start later. */
  listeningOn(url: string): void
  stopping(): void
  release(): Promise<void>
}

type Claim = { ok: true; lock: Lock } | { ok: false; owner: Owner }

/** How long to wait for an owner that is stopping. */
const stoppingLimitMs = 60_000

const pattern = /^lock\.(\d+)$/

/**
 * Own a data directory, by a listening Unix socket in it: the kernel closes the socket with the process, however the
 * process ends. A socket file that nobody answers is left over from a killed process.
 *
 * The file is `lock.N`, N one above the highest there, because binding is atomic and removing a stale file is not: all
 * processes that want to take over from the same dead owner try the same number, and only one binds it. After binding,
 * the claimant looks again. If there are two (one had looked long before), an owner stays and the lower claimant gives
 * way. The claimant waits for an owner that is stopping, so that nobody has to time a restart.
 * @param as `stopping` for a process that only clears up behind a killed owner
 */
export async function claim(dir: string, as: 'owner' | 'stopping' = 'owner'): Promise<Claim> {
  const until = Date.now() + stoppingLimitMs
  for (;;) {
    const others = await answering(dir)
    const owner = others.find((other) => other.owner.state !== 'claiming')?.owner ?? others[0]?.owner
    if (owner && (owner.state === 'owner' || Date.now() > until)) return { ok: false, owner }
    if (owner) await pause(50)
    else {
      const lock = await bindNext(dir, as)
      if (lock) return { ok: true, lock }
    }
  }
}

async function bindNext(dir: string, as: 'owner' | 'stopping'): Promise<Lock | undefined> {
  const number = Math.max(-1, ...numbers(dir)) + 1
  const me: Owner = { pid: process.pid, state: 'claiming' }
  const server = createServer((socket) => {
    socket.on('error', () => socket.destroy())
    socket.end(JSON.stringify(me))
  })
  if (!(await listen(server, dir, `lock.${number}`))) return undefined
  for (;;) {
    const others = (await answering(dir)).filter((other) => other.number !== number)
    if (others.length === 0) break
    if (others.some((other) => other.owner.state !== 'claiming' || other.number > number)) {
      await close(server)
      return undefined
    }
    await pause(20) // a lower claimant: it will give way, or say that it is the owner
  }
  me.state = as
  for (const stale of numbers(dir)) if (stale !== number) rmSync(join(dir, `lock.${stale}`), { force: true })
  return {
    listeningOn: (url) => {
      me.url = url
    },
    stopping: () => {
      me.state = 'stopping'
    },
    release: () => close(server),
  }
}

const numbers = (dir: string) =>
  readdirSync(dir).flatMap((name) => {
    const found = pattern.exec(name)
    return found ? [Number(found[1])] : []
  })

/** Every lock file whose owner answers, lowest number first. */
async function answering(dir: string): Promise<{ number: number; owner: Owner }[]> {
  const found: { number: number; owner: Owner }[] = []
  for (const number of numbers(dir).sort((a, b) => a - b)) {
    // between bind and listen a connection is refused: ask twice
    const owner = (await ask(dir, number)) ?? (await pause(30).then(() => ask(dir, number)))
    if (owner) found.push({ number, owner })
  }
  return found
}

function ask(dir: string, number: number): Promise<Owner | undefined> {
  return new Promise((resolve) => {
    let text = ''
    const socket = inDirectory(dir, `lock.${number}`, (path) => connect(path))
    socket.setTimeout(5000, () => {
      // it has the socket and does not answer: stopped or very busy, but alive
      resolve({ pid: 0, state: 'owner' })
      socket.destroy()
    })
    socket.setEncoding('utf8')
    socket.on('data', (chunk: string) => {
      text += chunk
    })
    socket.on('error', () => resolve(undefined))
    socket.on('close', () => {
      try {
        resolve(JSON.parse(text) as Owner) // written by this module, in another process
      } catch {
        resolve(undefined)
      }
    })
  })
}

/** @returns whether the name was free */
function listen(server: Server, dir: string, name: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      error.code === 'EADDRINUSE' ? resolve(false) : reject(error),
    )
    server.once('listening', () => resolve(true))
    inDirectory(dir, name, (path) => server.listen(path))
  })
}

/**
 * The path of a Unix socket may have about 100 bytes. Node hands it to the kernel inside the call, so a
 * longer one goes in relative to its directory.
 */
function inDirectory<T>(dir: string, name: string, call: (path: string) => T): T {
  const path = join(dir, name)
  if (Buffer.byteLength(path) < 100) return call(path)
  const before = process.cwd()
  process.chdir(dir)
  try {
    return call(name)
  } finally {
    process.chdir(before)
  }
}

const close = (server: Server) => new Promise<void>((resolve) => server.close(() => resolve()))
const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms))
