import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { openDataDirectory } from '#db/data-directory.ts'
import { startEmbedded } from '#db/embedded.ts'
import { migrate } from '#db/migrate.ts'
import { rolePasswords } from '#db/roles.ts'
import { onServer } from './on-server.ts'
import { templateName, testKey } from './test-key.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** The owner's URL of the run's database server. */
    databaseServer: string
  }
}

/** `pid`: of a server that this process started. */
type Server = { url: string; pid?: number; users: number; stop(): Promise<void> }

/**
 * Both projects that need a database call this, each with its own copy of the module: so the one server is kept on the
 * process.
 */
const shared = globalThis as { dropCopyServer?: Promise<Server> } // a name of our own on it

/** Start the run's one server, or take TEST_DATABASE_URL's, and migrate the template that every test file copies. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  shared.dropCopyServer ??= startServer()
  const server = await shared.dropCopyServer
  server.users++
  project.provide('databaseServer', server.url)
  return async () => {
    server.users--
    if (server.users > 0) return
    delete shared.dropCopyServer
    await server.stop()
  }
}

/** A server started by this process, or the given one, with the template that every database copies. */
export async function startServer({ fsync = false } = {}): Promise<Server> {
  const given = process.env.TEST_DATABASE_URL
  if (given) {
    const template = await makeTemplate(given)
    return { url: given, users: 0, stop: () => template.drop() }
  }
  const made = mkdtempSync(join(tmpdir(), 'drop-copy-test-'))
  const directory = openDataDirectory({ path: made, isDefault: false })
  const server = await startEmbedded({ directory, fsync })
  const guard = startGuard(server.pid, directory)
  const stop = async () => {
    await server.stop()
    guard.done()
    rmSync(directory, { recursive: true, force: true })
  }
  try {
    await makeTemplate(server.ownerUrl)
  } catch (error) {
    await stop()
    throw error
  }
  return { url: server.ownerUrl, pid: server.pid, users: 0, stop }
}

/**
 * A killed run cannot clear up after itself, so this does. In a process group of its own, so that Ctrl-C does not end
 * it too.
 */
function startGuard(pid: number, directory: string): { done(): void } {
  const script = join(import.meta.dirname, 'stop-orphan.mjs')
  const child = spawn(process.execPath, [script, String(pid), directory], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  child.unref()
  return { done: () => void child.stdin.end('done') }
}

async function makeTemplate(url: string): Promise<{ drop(): Promise<void> }> {
  const drop = () => onServer(url, (sql) => sql.unsafe(`drop database if exists ${templateName} with (force)`))
  await drop()
  await onServer(url, (sql) => sql.unsafe(`create database ${templateName}`))
  const template = new URL(url)
  template.pathname = `/${templateName}`
  await migrate({
    ownerUrl: template.href,
    passwords: rolePasswords(testKey),
    mode: 'sandbox',
    now: new Date('2026-01-01T00:00:00Z'),
  })
  return { drop }
}
