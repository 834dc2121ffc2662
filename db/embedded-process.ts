import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { basename } from 'node:path'
import postgres from 'postgres'

export type RunOptions = { cwd: string; env: NodeJS.ProcessEnv; uid?: number; gid?: number }

/** Run a program to its end. @throws with what it wrote to stderr */
export function run(program: string, args: string[], options: RunOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { ...options, stdio: ['ignore', 'ignore', 'pipe'], windowsHide: true })
    let said = ''
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      said = (said + text).slice(-4_000)
    })
    child.on('error', (cause) => reject(new Error(`${basename(program)} could not be started`, { cause })))
    child.on('exit', (code, signal) => {
      if (code === 0) resolve()
      else reject(new Error(`${basename(program)} ended with ${code ?? signal}: ${said.trim()}`))
    })
  })
}

/** The contents of postmaster.pid; `port` is 0 until PostgreSQL has written it. */
export type PidFile = { pid: number; port: number; state: string }

/** Undefined when there is no such file, or nothing in it yet. */
export function readPidFile(path: string): PidFile | undefined {
  let lines: string[]
  try {
    lines = readFileSync(path, 'utf8').split('\n')
  } catch {
    return undefined
  }
  const pid = Number(lines[0])
  if (!Number.isInteger(pid) || pid <= 0) return undefined
  return { pid, port: Number(lines[3] ?? 0), state: (lines[7] ?? '').trim() }
}

/**
 * Whether this process is a live PostgreSQL on this data directory. A zombie is not: under a first process that does
 * not reap, a killed server stays in the process table, and pg_ctl takes it for running.
 */
export function isServerAlive(pid: number, pgdata: string): boolean {
  if (process.platform !== 'linux') return doesProcessExist(pid)
  try {
    const isZombie = /\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
    return !isZombie && readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(pgdata)
  } catch {
    return false
  }
}

function doesProcessExist(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

/** A port of the loopback address that was free just now. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.on('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo // listening on a port, so never a path or null
      server.close(() => resolve(port))
    })
  })
}

/** Whether the server at this address answers the owner and is the one on this data directory. */
export async function answersFor(ownerUrl: string, pgdata: string): Promise<boolean> {
  const sql = postgres(ownerUrl, { max: 1, connect_timeout: 5, onnotice: () => undefined })
  try {
    const [row] = await sql<{ directory: string }[]>`select current_setting('data_directory') as directory`
    return row?.directory === pgdata
  } catch {
    return false
  } finally {
    await sql.end({ timeout: 1 })
  }
}
