import type postgres from 'postgres'
import type { Database } from '#db/client.ts'
import type { RoleUrls } from '#db/roles.ts'

export type FreshDb = {
  database: Database
  /** Of this database: what a child process is started with. */
  ownerUrl: string
  urls: RoleUrls
  /** The owner's connection, past every policy: to arrange and to assert rows. */
  owner: postgres.Sql
  /** The instant `database` believes in; tests move it. */
  clock: { now: Date }
  /** Empty every table (installation and environments stay): between tests of a file. */
  truncate(): Promise<void>
  close(): Promise<void>
}

/** A migrated database of its own for a test file: call in `beforeAll`, `close` in `afterAll`. */
export async function freshDb(): Promise<FreshDb> {
  throw new Error('unreachable: being written')
}
