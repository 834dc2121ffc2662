/**
 * Runs beside the portal and waits. When the portal dies without an ordered stop, the guard stops the database that was
 * left running. The portal writes `up` when the database runs and `done` after an ordered stop; the pipe closes with
 * the portal.
 */
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { isServerAlive, readPidFile } from '#db/embedded-process.ts'
import { claim } from './lock.ts'

/** A database that was being started when the portal died may come up this much later. */
const startingMs = 5_000
/** After this time the database is told to stop without waiting for anybody; it recovers at its next start. */
const patienceMs = 30_000

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined)

let told = ''
process.stdin.setEncoding('utf8')
process.stdin.on('data', (text: string) => {
  told += text
})
process.stdin.on('close', async () => {
  if (!told.includes('done')) await clearUp(process.argv[2] ?? '', told.includes('up') ? 0 : startingMs)
  process.exit(0)
})

async function clearUp(directory: string, watchMs: number): Promise<void> {
  const claimed = await claim(directory, 'stopping')
  if (!claimed.ok) return // another start owns the directory now and takes over what is running
  const pgdata = join(directory, 'postgres', 'pgdata')
  const until = Date.now() + watchMs
  do {
    const server = readPidFile(join(pgdata, 'postmaster.pid'))
    if (server && isServerAlive(server.pid, pgdata)) await stopServer(server.pid, pgdata)
    else if (watchMs > 0) await sleep(100)
  } while (Date.now() < until)
  await claimed.lock.release()
}

/** SIGINT is PostgreSQL's fast shutdown, SIGQUIT its immediate one. */
async function stopServer(pid: number, pgdata: string): Promise<void> {
  process.kill(pid, 'SIGINT')
  const until = Date.now() + patienceMs
  while (isServerAlive(pid, pgdata)) {
    if (Date.now() > until) process.kill(pid, 'SIGQUIT')
    await sleep(50)
  }
}
