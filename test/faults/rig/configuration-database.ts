import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import postgres from 'postgres'
import { openDataDirectory } from '#db/data-directory.ts'
import { type EmbeddedServer, startEmbedded } from '#db/embedded.ts'
import { migrate } from '#db/migrate.ts'
import { rolePasswords, roleUrls } from '#db/roles.ts'
import type { SnapshotInput } from '#domain/configuration/snapshot.ts'
import { publishParts } from '#test/support/database-connector.ts'
import { testKey } from '#test/support/test-key.ts'

/** A PostgreSQL server with one published configuration in it; the server goes away and comes back on demand. */
export class ConfigurationDatabase {
  private constructor(
    private readonly dir: string,
    private readonly server: EmbeddedServer,
  ) {}

  static async start(document: SnapshotInput): Promise<ConfigurationDatabase> {
    const dir = openDataDirectory({ path: mkdtempSync(join(tmpdir(), 'faults-db-')), isDefault: false })
    const server = await startEmbedded({ directory: dir, fsync: false })
    const passwords = rolePasswords(testKey)
    await migrate({ ownerUrl: server.ownerUrl, passwords, mode: 'sandbox', now: new Date() })
    const database = new ConfigurationDatabase(dir, server)
    const { exchange, week, limits, journal, feeds, sources, targets } = document
    const part = (kind: string) => (one: { id: string }) => ({ kind, id: one.id, document: one })
    const parts = [
      ...feeds.map(part('feed')),
      ...sources.map(part('source')),
      ...targets.map((one) => ({ kind: 'target', id: one.sessionId, document: one })),
    ]
    await database.asOwner((owner) => publishParts({ owner }, 1, parts, { exchange, week, limits, journal }))
    return database
  }

  /** The connector's URL. */
  get url(): string {
    return roleUrls(this.server.ownerUrl, rolePasswords(testKey)).dc_connector
  }

  /** Disconnects everybody, and lets nobody in. */
  async stop(): Promise<void> {
    await this.server.stop()
  }

  async restart(): Promise<void> {
    await this.server.restart()
  }

  /** By target: copies delivered, according to the connector's reports. */
  async delivered(): Promise<Map<string, number>> {
    return this.asOwner(async (owner) => {
      const rows = await owner<{ session: string; delivered: number }[]>`
        select session_id as session, sum(delivered)::int as delivered from (
          select session_id, delivered from dc.observed_ledger
          union all select session_id, delivered from dc.observed_past_ledger) weeks group by 1`
      return new Map(rows.map(({ session, delivered }) => [session, delivered]))
    })
  }

  async dispose(): Promise<void> {
    await this.server.stop()
    rmSync(this.dir, { recursive: true, force: true })
  }

  private async asOwner<T>(act: (owner: postgres.Sql) => Promise<T>): Promise<T> {
    const owner = postgres(this.server.ownerUrl, { max: 1, onnotice: () => undefined })
    try {
      return await act(owner)
    } finally {
      await owner.end({ timeout: 5 })
    }
  }
}
