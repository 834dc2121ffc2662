import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import postgres from 'postgres'
import { sealAuditEvents } from '#db/audit-seal.ts'
import { openDatabase } from '#db/client.ts'
import { openDataDirectory } from '#db/data-directory.ts'
import { type EmbeddedServer, startEmbedded } from '#db/embedded.ts'
import { readOrCreateKey } from '#db/key-file.ts'
import { migrate } from '#db/migrate.ts'
import { type RoleUrls, rolePasswords, roleUrls } from '#db/roles.ts'
import { hashPassword } from '../../../app/http/passwords.server.ts'
import { insertAuditEvents } from './audit-events.ts'
import { makeModel } from './model.ts'
import { Reporter } from './reporter.ts'
import { insertModel } from './rows.ts'
import type { LargeShape } from './shape.ts'
import { insertVersions } from './versions.ts'

/** The password of everybody in the test data. */
export const everybodysPassword = 'sample people only, 400 of them'

export type LargeInstallation = { directory: string; server: EmbeddedServer; urls: RoleUrls }

/** A data directory of a portal in production mode, with this exchange in it: made once, kept for the next run. */
export async function openLarge(
  path: string,
  shape: LargeShape,
  say: (text: string) => void,
): Promise<LargeInstallation> {
  const directory = openDataDirectory({ path, isDefault: false })
  const mark = join(directory, 'large.json')
  const isFilled = existsSync(mark)
  const server = await startEmbedded({ directory })
  try {
    const { ownerUrl } = server
    const passwords = rolePasswords(readOrCreateKey(directory))
    await migrate({ ownerUrl, passwords, mode: 'production', now: new Date() })
    const urls = roleUrls(ownerUrl, passwords)
    if (!isFilled) {
      await fill(ownerUrl, urls, shape, say)
      writeFileSync(mark, `${JSON.stringify(shape, null, 2)}\n`)
    }
    return { directory, server, urls }
  } catch (error) {
    await server.stop()
    throw error
  }
}

/** Fills a migrated, empty database. Constraints, triggers and policies are all in force. */
export async function fill(
  ownerUrl: string,
  urls: RoleUrls,
  shape: LargeShape,
  say: (text: string) => void,
): Promise<void> {
  const owner = postgres(ownerUrl, {
    max: 1,
    onnotice: () => undefined,
    connection: { TimeZone: 'UTC', synchronous_commit: 'off' },
  })
  const fromMs = performance.now()
  const done = (what: string) => say(`${what} after ${((performance.now() - fromMs) / 1000).toFixed(1)} s`)
  try {
    const now = new Date()
    const model = makeModel(shape, now.getTime())
    done(`made ${model.requests.length} requests of ${model.groups.length} groups`)
    const hash = await hashPassword(everybodysPassword)
    await owner.begin((tx) => insertModel(tx, model, hash))
    await owner`select setval(pg_get_serial_sequence('dc.requests', 'number'), ${model.requests.length})`
    done('wrote them')
    await insertVersions(owner, model)
    done(`published ${model.versions.length} versions`)
    await insertAuditEvents(owner, shape.auditEvents)
    done(`wrote ${shape.auditEvents} audit events`)
    await owner`vacuum analyze`
    done('analysed')
    await seal(urls, now)
    done('sealed them')
    const reporter = await Reporter.open(owner, urls.dc_connector)
    await reporter.close()
    await insertPastWeeks(owner, shape.pastWeeks)
    await owner`vacuum analyze`
    done('reported everything once')
  } finally {
    await owner.end({ timeout: 5 })
  }
}

async function seal(urls: RoleUrls, now: Date): Promise<void> {
  const database = openDatabase({ urls, now: () => now, connections: 1 })
  try {
    await sealAuditEvents(database, now)
  } finally {
    await database.close()
  }
}

/** The same figures for each of the weeks before. */
async function insertPastWeeks(owner: postgres.Sql, weeks: number): Promise<void> {
  await owner`
    insert into dc.observed_past_ledger
      (environment, shard, connector, session_id, source_id, segment, week, received, delivered, filtered, filtered_by, waiting, held, expired, at)
    select environment, shard, connector, session_id, source_id, segment, (week::date - 7 * back)::text,
      received, received - filtered, filtered, filtered_by, 0, 0, 0, at - 7 * back * interval '1 day'
    from dc.observed_ledger cross join generate_series(1, ${weeks}) back`
}
