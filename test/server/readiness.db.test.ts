import type { AddressInfo } from 'node:net'
import express from 'express'
import { pino } from 'pino'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { ChildStatus } from '#app/host/child.ts'
import { readyz } from '#app/host/readiness.ts'
import { type Database, openDatabase } from '#db/client.ts'
import { freePorts } from '#test/support/app.ts'
import { type FreshDb, freshDb } from '#test/support/fresh-db.ts'

let db: FreshDb
beforeAll(async () => {
  db = await freshDb()
})
afterAll(() => db.close())
beforeEach(() => db.truncate())

/** What a prober gets of a portal on this database whose connector child is in this state. */
async function probe(child: ChildStatus['state'] | undefined, database: Database = db.database) {
  const lines: { level: number; msg: string }[] = []
  const log = pino({ level: 'info' }, { write: (line: string) => void lines.push(JSON.parse(line)) })
  const connector = () => child && { state: child, pid: 1, restarts: 0, lastExit: undefined }
  const parts = { database, connector, environment: 'sandbox', log, now: () => db.clock.now }
  const server = express().get('/readyz', readyz(parts)).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const { port } = server.address() as AddressInfo // listening on TCP
  try {
    const response = await fetch(`http://127.0.0.1:${port}/readyz`)
    const body = (await response.json()) as { status: string; reasons: { part: string; code: string; says: string }[] }
    return { ...body, status: response.status, said: body.reasons.map((one) => `${one.part}: ${one.says}`), lines }
  } finally {
    server.close()
  }
}

const reported = (agoMs: number, state = 'running', version: number | null = 1) => {
  const at = new Date(db.clock.now.getTime() - agoMs)
  return db.owner`insert into dc.observed_connectors (environment, connector, state, pid, host, release, started_at, heard_at, running_version)
    values ('sandbox', 'main', ${state}, 1, 'here', '0', ${at}, ${at}, ${version})`
}

describe('whether the portal is ready', () => {
  test('is yes while the database answers and the connector reports what it runs', async () => {
    await reported(900)
    expect(await probe('running')).toMatchObject({ status: 200, reasons: [], lines: [] })
    expect(await probe(undefined)).toMatchObject({ status: 200, reasons: [] })
  })
  test('is no beside a connector that never ran, and that is logged', async () => {
    const { status, said, lines } = await probe('starting')
    expect([status, said]).toEqual([503, ['connector: The connector has never run: nothing was ever reported.']])
    expect(lines).toMatchObject([{ level: 40, msg: 'not ready' }])
  })
  test('is no beside one that is silent, with the time since its last word', async () => {
    await reported(23_000)
    expect(await probe(undefined)).toMatchObject({
      status: 503,
      said: ['connector: No word from the connector for 23 s.'],
    })
  })
  test('is no while the database does not answer, and the connector is judged by its process alone', async () => {
    const [port] = await freePorts(1)
    const url = `postgres://nobody@127.0.0.1:${port}/nothing`
    const urls = { dc_request: url, dc_auth: url, dc_jobs: url }
    const away = openDatabase({ urls, now: () => db.clock.now, connections: 1 })
    const answer = await probe('down', away)
    await away.close()
    expect([answer.status, answer.said]).toEqual([
      503,
      ['database: The database does not answer.', 'connector: The connector has ended; it is started again.'],
    ])
    expect(JSON.stringify(answer.reasons)).not.toContain(String(port))
  })
  test('is no where the database refuses the password, and that is not "does not answer"', async () => {
    const url = Object.assign(new URL(db.urls.dc_jobs), { password: 'wrong' }).href
    const refused = openDatabase({ urls: { ...db.urls, dc_jobs: url }, now: () => db.clock.now, connections: 1 })
    const answer = await probe('running', refused)
    await refused.close()
    expect(answer).toMatchObject({ status: 503, reasons: [{ part: 'database', code: 'refused' }] })
    expect(answer.said[0]).toContain('28P01')
  })
  test('asks for the environments in which something runs or ever ran, and for no other', async () => {
    await reported(900)
    await db.owner`insert into dc.environments (environment) values ('certification')`
    expect((await probe('running')).status).toBe(200)
    await db.owner`update dc.environments set newest_version = 1 where environment = 'certification'`
    expect((await probe('running')).reasons).toMatchObject([{ environment: 'certification', code: 'never-ran' }])
    await db.owner`delete from dc.environments where environment = 'certification'`
  })
})
