import { type ChildProcess, spawn } from 'node:child_process'
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type FreshDb, freshDb } from './fresh-db.ts'
import { patienceMs } from './patience.ts'

export const projectRoot = fileURLToPath(new URL('../..', import.meta.url))

/** A portal as a person starts it: a real process with a directory of its own. */
export type App = {
  /** Without a trailing slash. */
  url: string
  process: ChildProcess
  /** The portal's stdout. */
  said(): string
  /** The portal's stderr: its log. */
  log(): string
  /** Sends SIGTERM. @returns the exit code */
  stop(): Promise<number | null>
}

/** A data directory that knows the processes started on it. */
export type DataDirectory = {
  path: string
  /** Command lines of all live processes that belong to the directory, however they were started. */
  processes(): string[]
  remove(): void
}

export function dataDirectory(): DataDirectory {
  const path = mkdtempSync(join(tmpdir(), 'drop-copy-app-'))
  chmodSync(path, 0o711) // as root, PostgreSQL runs as a user who must be able to walk through
  return {
    path,
    processes: () => processesOf(path),
    remove: () => rmSync(path, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 }),
  }
}

/** Every process of ours has the directory on its command line, or TMPDIR pointing to it. */
function processesOf(path: string): string[] {
  return readdirSync('/proc').flatMap((pid) => {
    if (!/^\d+$/.test(pid)) return []
    try {
      if (/\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))) return []
      const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim()
      const environment = readFileSync(`/proc/${pid}/environ`, 'utf8')
      return command.includes(path) || environment.includes(path) ? [`${pid} ${command.slice(0, 120)}`] : []
    } catch {
      return [] // the process is gone, or we may not look at it
    }
  })
}

/** The environment of a portal under test: nothing from our own but what is listed here. */
export async function appEnvironment(data: DataDirectory, more: Record<string, string> = {}) {
  const [feed = 0, target = 0, backup = 0] = await freePorts(3)
  const { PATH = '', HOME = '' } = process.env
  return {
    PATH,
    HOME,
    TMPDIR: data.path,
    DATA_DIR: join(data.path, 'data'),
    PORT: '0',
    FEED_PORT: String(feed),
    TARGET_PORT: String(target),
    TARGET_BACKUP_PORT: String(backup),
    npm_lifecycle_event: 'start', // so that the portal ends with the test run, however that ends
    ...more,
  }
}

/** The variables that make a portal use a test file's own database. */
export const databaseVariables = ({ ownerUrl, urls }: FreshDb): Record<string, string> => ({
  MODE: 'sandbox',
  DATABASE_URL: ownerUrl,
  DATABASE_URL_REQUEST: urls.dc_request,
  DATABASE_URL_AUTH: urls.dc_auth,
  DATABASE_URL_JOBS: urls.dc_jobs,
  DATABASE_URL_CONNECTOR: urls.dc_connector,
})

/** A portal with a database and a directory of its own; `env` starts it again. */
export type FreshApp = {
  db: FreshDb
  data: DataDirectory
  env: Record<string, string>
  app: App
  close(): Promise<void>
}

/** Start a portal with these variables in addition to those of every test. */
export async function startFreshApp(more: Record<string, string> = {}): Promise<FreshApp> {
  const db = await freshDb()
  const data = dataDirectory()
  const release = async () => {
    await db.close()
    data.remove()
  }
  try {
    const env = await appEnvironment(data, { ...databaseVariables(db), ...more })
    const app = await startApp(env)
    const close = async () => {
      await app.stop()
      await release()
    }
    return { db, data, env, app, close }
  } catch (error) {
    await release()
    throw error
  }
}

/** Start a portal and wait until it prints its address. @throws with its log when it ends instead */
export async function startApp(env: Record<string, string>, command = ['node', 'app/start.mjs']): Promise<App> {
  const started = launch(env, command)
  const url = await Promise.race([
    started.saidMatch(/(https?:\/\/\S+)[\s\S]*Ctrl-C/),
    started.exited.then((code) => {
      throw new Error(`the portal ended with ${code} instead of starting:\n${started.said()}${started.log()}`)
    }),
  ])
  return {
    url,
    process: started.process,
    said: started.said,
    log: started.log,
    stop: () => {
      started.process.kill('SIGTERM')
      return started.exited
    },
  }
}

/** Start a portal and return it at once, for tests about starts that fail. */
export function launch(env: Record<string, string>, command = ['node', 'app/start.mjs']) {
  const [program = '', ...args] = command
  const child = spawn(program, args, {
    cwd: projectRoot,
    env: { NODE_ENV: 'production', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  })
  let said = ''
  let log = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    said += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    log += text
  })
  const exited = new Promise<number | null>((resolve) => child.once('close', resolve))
  return {
    process: child,
    exited,
    said: () => said,
    log: () => log,
    /** The first group of the pattern, once stdout matches it. */
    saidMatch: (pattern: RegExp) =>
      new Promise<string>((resolve) => {
        const look = () => {
          const found = pattern.exec(said)?.[1]
          if (found !== undefined) resolve(found)
        }
        child.stdout.on('data', look)
        look()
      }),
  }
}

/** Ports that were free a moment ago. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer()
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
      return server
    }),
  )
  const ports = servers.map((server) => {
    const address = server.address()
    return typeof address === 'object' && address ? address.port : 0
  })
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))))
  return ports
}

/** Wait until something holds; tests wait for conditions, never for a time. */
export async function until(
  what: string,
  holds: () => boolean | Promise<boolean>,
  limitMs = patienceMs,
): Promise<void> {
  const end = Date.now() + limitMs
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`waited ${limitMs / 1000} s in vain until ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}
