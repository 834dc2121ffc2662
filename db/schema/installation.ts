import { sql } from 'drizzle-orm'
import { boolean, check, integer, text, uuid } from 'drizzle-orm/pg-core'
import { type Environment, environments as environmentNames } from '#domain/reference/environment.ts'
import { dc, instant, oneOf, period } from './columns.ts'

const modes = ['sandbox', 'production'] as const
export type Mode = (typeof modes)[number]

/** One row: what this database was made for. A start in the other mode is refused. */
export const installation = dc.table(
  'installation',
  {
    only: boolean('only').primaryKey().default(true),
    /** Numbers of configuration versions can be compared only within one installation. */
    id: uuid('id').notNull().defaultRandom(),
    mode: text('mode').$type<Mode>().notNull(),
    createdAt: instant('created_at').notNull(),
  },
  (t) => [check('installation_one', sql`${t.only}`), check('installation_mode', oneOf(t.mode, modes))],
)

/**
 * The row whose lock orders publications, so that numbers become visible in order. Settings are a part of the versions.
 */
export const environments = dc.table(
  'environments',
  {
    environment: text('environment').$type<Environment>().primaryKey(),
    newestVersion: integer('newest_version').notNull().default(0),
  },
  (t) => [check('environments_environment', oneOf(t.environment, environmentNames))],
)

const capacityKinds = ['sources-per-target', 'sources-per-group', 'groups-per-firm'] as const
export type CapacityKind = (typeof capacityKinds)[number]

/** Dated limits, published by the exchange; without a row in force there is no limit. */
export const capacityLimits = dc.table(
  'capacity_limits',
  {
    id: uuid('id').primaryKey().defaultRandom(),
    environment: text('environment')
      .$type<Environment>()
      .notNull()
      .references(() => environments.environment),
    kind: text('kind').$type<CapacityKind>().notNull(),
    most: integer('most').notNull(),
    during: period('during').notNull(),
  },
  (t) => [
    check('capacity_limits_kind', oneOf(t.kind, capacityKinds)),
    check('capacity_limits_most', sql`${t.most} > 0`),
    check('capacity_limits_during', sql`not isempty(${t.during})`),
  ],
)
