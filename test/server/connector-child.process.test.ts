import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type App, type DataDirectory, freePorts, startApp, startFreshApp, until } from '#test/support/app.ts'
import type { FreshDb } from '#test/support/fresh-db.ts'

let db: FreshDb
let data: DataDirectory
let env: Record<string, string>
let app: App
let close: () => Promise<void>
beforeAll(async () => {
  ;({ db, data, env, app, close } = await startFreshApp())
})
afterAll(async () => {
  await app?.stop() // the one started last
  await close?.()
})

const pidOf = (command: string) =>
  Number(
    data
      .processes()
      .find((line) => line.includes(`cli.js ${command}`))
      ?.split(' ')[0] ?? 0,
  )
const readyz = async () => {
  const response = await fetch(`${app.url}/readyz`)
  const { reasons } = (await response.json()) as { reasons: { part: string; code: string; says: string }[] }
  return { status: response.status, reasons }
}
const connectorRuns = () => until('the connector runs', async () => (await readyz()).status === 200)
/** Messages that reached the journal and copies that reached a client, as the connector reports them. */
const received = async () =>
  Number((await db.owner`select coalesce(sum(received), 0)::int as n from dc.observed_feeds`)[0]?.n)
const flows = async (since: number) => until('messages flow', async () => (await received()) > since)

test('the connector runs as a child, knows every source of the sandbox, and its order flow arrives', async () => {
  await connectorRuns()
  await flows(0)
  await until('both groups are live', async () => {
    const [row] = await db.owner`select count(*)::int as live from dc.groups where state = 'live'`
    return row?.live === 2
  })
  const [feed] = await db.owner`select aside::int from dc.observed_feeds`
  expect(feed).toEqual({ aside: 0 })
})

test('neither its address nor its passwords stand in a process list', () => {
  const lines = data.processes().join('\n')
  expect(lines).toContain('cli.js connector')
  expect(lines).not.toMatch(/postgres:\/\/|--password/)
})

test('killed, it is started again and goes on where it was; the portal answers all the while', async () => {
  const pid = pidOf('connector')
  const before = await received()
  process.kill(pid, 'SIGKILL')
  await until('it is said', async () => (await readyz()).status === 503)
  await until('another one runs', () => ![0, pid].includes(pidOf('connector')))
  expect((await fetch(`${app.url}/healthz`)).status).toBe(200)
  await connectorRuns()
  await flows(before)
})

test('with the portal gone for good, no child stays', async () => {
  app.process.kill('SIGKILL')
  await until('nothing is left', () => data.processes().length === 0)
})

test('other ports at the next start are published and used', async () => {
  const [feed, target, backup] = await freePorts(3)
  const ports = { FEED_PORT: String(feed), TARGET_PORT: String(target), TARGET_BACKUP_PORT: String(backup) }
  const before = await received()
  app = await startApp({ ...env, ...ports })
  await connectorRuns()
  await flows(before)
  const [version] = await db.owner`select cause from dc.configuration_versions order by number desc limit 1`
  expect(version).toEqual({ cause: 'reference' })
  const [row] =
    await db.owner`select document->'listen'->0->>'port' as port from dc.configuration_parts where kind = 'target' order by number desc limit 1`
  expect(row).toEqual({ port: String(target) })
})

test('a sandbox that was interrupted while it was filled is filled anew', async () => {
  await app.stop()
  await db.owner`delete from dc.observed_feeds`
  const people = async () =>
    (await db.owner<{ id: string }[]>`select id from dc.users order by email`).map(({ id }) => id)
  const before = await people()
  writeFileSync(join(env.DATA_DIR ?? '', 'sandbox-being-filled'), '')
  rmSync(join(env.DATA_DIR ?? '', 'connector'), { recursive: true })
  app = await startApp(env)
  const after = await people()
  expect(after).toHaveLength(before.length)
  expect(after.filter((id) => before.includes(id))).toEqual([])
  await flows(0)
})

test('CONNECTOR=external starts none', async () => {
  await app.stop()
  app = await startApp({ ...env, CONNECTOR: 'external', SANDBOX_TRAFFIC: '0' })
  expect((await fetch(`${app.url}/healthz`)).status).toBe(200)
  const [reason] = (await readyz()).reasons
  expect(reason).toMatchObject({ part: 'connector', code: 'stopped' })
  expect(pidOf('connector')).toBe(0)
})
