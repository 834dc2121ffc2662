import { execFile } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { metricsText } from '#connector/reports/metrics.ts'
import { nextResetMs } from '#domain/calendar/week.ts'
import { feed, temporaryDirectory } from '#test/support/connector.ts'
import { publishParts, runOnDatabase, until, untilHeardOf } from '#test/support/database-connector.ts'
import { type FreshDb, freshDb } from '#test/support/fresh-db.ts'
import { writeTestKey } from '#test/support/test-key.ts'

const commandLine = fileURLToPath(new URL('../../app/cli/drop-copy.mjs', import.meta.url))
let db: FreshDb
beforeAll(async () => {
  db = await freshDb()
})
afterAll(() => db.close())

/** `drop-copy settings …` */
function settings(directory: string, ...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const env = { ...process.env, MODE: 'sandbox', DATA_DIR: directory, DATABASE_URL: db.ownerUrl }
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [commandLine, 'settings', ...args], { env }, (_, out, err) =>
      resolve({ code: child.exitCode ?? -1, out, err }),
    )
    child.stdin?.end()
  })
}

describe('drop-copy settings', () => {
  test('shows what is in force, and publishes a trading week that the running connector takes up', async () => {
    await publishParts(db, 1, [{ kind: 'feed', id: 'gw1', document: feed() }])
    const directory = temporaryDirectory()
    writeTestKey(directory)
    const { running } = await runOnDatabase(db.urls.dc_connector)
    await untilHeardOf(db)
    const { worker } = running
    const shown = await settings(directory, 'show')
    expect(shown.err).toContain('sandbox: version 1')
    expect(worker.running?.week).toEqual({ zone: 'America/Chicago', day: 'sunday', time: '16:00' })

    const week = { zone: 'Europe/London', day: 'thursday', time: '22:30' }
    const file = join(directory, 'settings.json')
    const publish = (document: object, ...more: string[]) => {
      writeFileSync(file, JSON.stringify(document))
      return settings(directory, 'publish', file, '--reason', 'agreed', ...more)
    }
    const inForce = JSON.parse(shown.out) as object
    expect((await publish({ ...inForce, week: { ...week, zone: 'Mars/Olympus' } }, '--yes')).code).toBe(2)
    expect(await publish({ ...inForce, weeks: week }, '--yes')).toMatchObject({ code: 2, out: '' })
    const done = await publish({ ...inForce, week }, '--yes')
    expect(done, done.err).toMatchObject({ code: 0 })
    expect(done.out).toContain('Weekly reset: not set becomes Thursday 22:30, Europe/London.')
    expect(done.out).toContain('In force, with version 2.')
    await until('it runs', () => worker.running?.version === 2)
    expect(worker.running?.week).toEqual(week)
    const next = `drop_copy_next_reset_timestamp_seconds ${nextResetMs(Date.now(), week) / 1000}`
    expect(metricsText(worker).split('\n')).toContain(next)
    expect((await publish({ ...inForce, week }, '--yes')).out).toContain('Nothing was changed')
    const versions = await db.owner`select number, cause from dc.configuration_versions order by number`
    expect(versions).toEqual([
      { number: 1, cause: 'reference' },
      { number: 2, cause: 'reference' },
    ])
  })
})
