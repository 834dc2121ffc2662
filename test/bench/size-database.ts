import { readFileSync } from 'node:fs'
import { type FreshDb, freshDbOn } from '#test/support/fresh-db-on.ts'
import type { sizedSnapshot } from './size-shape.ts'
import { cpuSecondsOf } from './systems.ts'

/** The work of the database since it was made. */
type Work = { cpuSeconds: number; rows: number; updated: number; inPlace: number; walBytes: number }

/** The database that a connector of the bench follows and reports to. */
export class SizedDatabase {
  private constructor(
    private readonly db: FreshDb,
    private readonly server: number,
  ) {}

  /** Opens a database with this configuration as its first version. `server`: the process. */
  static async open({ url, pid }: { url: string; pid: number }, snapshot: ReturnType<typeof sizedSnapshot>) {
    const db = await freshDbOn(url)
    await publish(db, snapshot)
    return new SizedDatabase(db, pid)
  }

  get url(): string {
    return this.db.urls.dc_connector
  }

  /** The age of the report that a page would read now; undefined before the first. */
  async reportAgeMs(): Promise<number | undefined> {
    const [row] = await this.db.owner<{ age: number }[]>`
      select (extract(epoch from clock_timestamp() - heard_at) * 1000)::float8 as age from dc.observed_connectors`
    return row?.age
  }

  /** Messages that the connector has reported as received. */
  async received(): Promise<number> {
    const [row] = await this.db.owner<{ received: number }[]>`
      select coalesce(sum(received), 0)::float8 as received from dc.observed_feeds`
    return row?.received ?? 0
  }

  async work(): Promise<Work> {
    const [row] = await this.db.owner<Omit<Work, 'cpuSeconds'>[]>`
      select coalesce(sum(n_tup_ins + n_tup_upd + n_tup_del), 0)::float8 as rows,
        coalesce(sum(n_tup_upd), 0)::float8 as updated, coalesce(sum(n_tup_hot_upd), 0)::float8 as "inPlace",
        (pg_current_wal_insert_lsn() - '0/0'::pg_lsn)::float8 as "walBytes"
      from pg_stat_user_tables where schemaname = 'dc'`
    if (!row) throw new Error('unreachable: a sum has a row')
    return { ...row, cpuSeconds: this.cpuSeconds() }
  }

  close(): Promise<void> {
    return this.db.close()
  }

  /** Counts the server and everything it has started, ended processes included. */
  private cpuSeconds(): number {
    const children = readFileSync(`/proc/${this.server}/task/${this.server}/children`, 'utf8').trim().split(' ')
    return [this.server, ...children.map(Number)].reduce((sum, pid) => sum + cpuSecondsOf(pid, true), 0)
  }
}

async function publish({ owner }: FreshDb, snapshot: ReturnType<typeof sizedSnapshot>): Promise<void> {
  const { exchange, limits, feeds, sources, targets } = snapshot
  const listen = targets[0]?.listen ?? []
  const parts = [
    { kind: 'environment', object_id: 'sandbox', document: { exchange, limits, listen } },
    ...feeds.map((document) => ({ kind: 'feed', object_id: document.id, document })),
    ...sources.map((document) => ({ kind: 'source', object_id: document.id, document })),
    ...targets.map((document) => ({ kind: 'target', object_id: document.sessionId, document })),
  ]
  await owner.begin(async (tx) => {
    await tx`insert into dc.configuration_versions (environment, number, cause, cause_id, made_at, digest)
      values ('sandbox', 1, 'reference', gen_random_uuid(), now(), 'bench')`
    await tx`insert into dc.configuration_parts (environment, number, kind, object_id, document)
      select 'sandbox', 1, kind, object_id, document
      from jsonb_to_recordset(${tx.json(parts)}) as part(kind text, object_id text, document jsonb)`
    await tx`update dc.environments set newest_version = 1 where environment = 'sandbox'`
  })
}
