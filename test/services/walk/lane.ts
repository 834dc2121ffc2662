import type { Database } from '#db/client.ts'
import { Random } from '#gateway-sim/random.ts'
import type { Deps, JobDeps } from '#services/deps.ts'
import type { FreshDb } from '#test/support/fresh-db-on.ts'
import { type Observer, openObserver } from './observe.ts'
import { enterWorld, madeId } from './world.ts'

/** A database of its own for one walk after another, each from the same beginning. */
export type Lane = {
  db: FreshDb
  observer: Observer
  deps: Deps
  jobs: JobDeps
  /** Every later walk begins with what has happened up to now. */
  keep(): Promise<void>
  /** Goes back to what was kept, with ids and secrets drawn from this seed. */
  begin(seed: number): Promise<void>
  close(): Promise<void>
}

const startsAt = new Date('2026-03-02T15:00:00Z')

export async function openLane(db: FreshDb): Promise<Lane> {
  db.clock.now = startsAt
  await enterWorld(db)
  let keptAt = startsAt
  let made = 0
  let keptMade = 0
  let random = new Random(1)
  const make: Omit<Deps, 'withActor'> = {
    now: () => db.clock.now,
    newId: () => madeId(made++),
    randomBytes: (length) => Uint8Array.from({ length }, () => random.below(256)),
    seal: (text) => Buffer.from(text),
  }
  const observer = openObserver(db.ownerUrl)
  const { withActor, asJobs }: Pick<Database, 'withActor' | 'asJobs'> = db.database
  return {
    db,
    observer,
    deps: { ...make, withActor },
    jobs: { ...make, asJobs },
    keep: async () => {
      await keepTables(db)
      keptAt = db.clock.now
      keptMade = made
    },
    begin: async (seed) => {
      await db.owner`select kept.restore()`
      db.clock.now = keptAt
      made = keptMade
      random = new Random(seed)
    },
    close: async () => {
      await observer.end()
      await db.close()
    },
  }
}

/**
 * Copies all tables, and makes a function that restores those that were written to: a few rows deleted and inserted,
 * many times faster than a new database. Rows written since then have a later transaction in `xmin`; deleted rows show
 * in the count. `replica` leaves triggers and keys out, because nothing may delete what is never changed.
 */
async function keepTables(db: FreshDb): Promise<void> {
  await db.owner.unsafe(`
    drop schema if exists kept cascade;
    create schema kept;
    create table kept.restored as select pg_current_xact_id()::text::bigint as at;
    do $do$
    declare
      t record;
      kept bigint;
      body text := '';
    begin
      for t in select c.relname as name, (select string_agg(quote_ident(attname), ', ') from pg_attribute
          where attrelid = c.oid and attnum > 0 and not attisdropped and attgenerated = '') as columns
        from pg_class c where c.relnamespace = 'dc'::regnamespace and c.relkind = 'r' loop
        execute format('create table kept.%I as select %s from dc.%I', t.name, t.columns, t.name);
        get diagnostics kept = row_count;
        body := body || format('if (select count(*) <> %s or max(xmin::text::bigint) > last_restore from dc.%I) then
            delete from dc.%I; insert into dc.%I (%s) overriding system value select %s from kept.%I; end if;',
          kept, t.name, t.name, t.name, t.columns, t.columns, t.name);
      end loop;
      for t in select sequencename as name, last_value from pg_sequences where schemaname = 'dc' and last_value is not null loop
        body := body || format('perform setval(%L, %s);', 'dc.' || quote_ident(t.name), t.last_value);
      end loop;
      execute format('create function kept.restore() returns void language plpgsql set session_replication_role = replica as %L',
        'declare last_restore bigint := (select at from kept.restored); begin ' || body ||
        'update kept.restored set at = pg_current_xact_id()::text::bigint; end');
    end $do$`)
}
