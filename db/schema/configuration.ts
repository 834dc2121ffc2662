import { check, foreignKey, index, integer, jsonb, primaryKey, text, uuid } from 'drizzle-orm/pg-core'
import { type ObjectKind, objectKinds, type PartKind, partKinds } from '#domain/configuration/parts.ts'
import type { Environment } from '#domain/reference/environment.ts'
import { dc, instant, oneOf, shardColumn } from './columns.ts'
import { firms } from './firms.ts'
import { environments } from './installation.ts'
import { users } from './users.ts'

const causes = ['request', 'rule', 'credential', 'emergency', 'reference', 'undo'] as const
type Cause = (typeof causes)[number]

/**
 * A numbered publication, which never changes. Inserting one notifies the channel `dc_configuration` with
 * `environment:number`.
 */
export const configurationVersions = dc.table(
  'configuration_versions',
  {
    environment: text('environment')
      .$type<Environment>()
      .notNull()
      .references(() => environments.environment),
    number: integer('number').notNull(),
    cause: text('cause').$type<Cause>().notNull(),
    causeId: uuid('cause_id').notNull(),
    /** The firm whose group it changed; null when it concerns several firms: then only the exchange reads the row. */
    ownerId: uuid('owner_id').references(() => firms.id),
    /** Null: the portal itself. */
    madeBy: uuid('made_by').references(() => users.id),
    madeAt: instant('made_at').notNull(),
    digest: text('digest').notNull(),
  },
  (t) => [
    primaryKey({ name: 'configuration_versions_pkey', columns: [t.environment, t.number] }),
    index('configuration_versions_owner').on(t.ownerId),
    check('configuration_versions_cause', oneOf(t.cause, causes)),
  ],
)

/** What a version changed, one document an object. Version n is the newest part of each object with number ≤ n. */
export const configurationParts = dc.table(
  'configuration_parts',
  {
    environment: text('environment').$type<Environment>().notNull(),
    number: integer('number').notNull(),
    kind: text('kind').$type<PartKind>().notNull(),
    /**
     * The object's id in a snapshot: feed id, source name (`K7T882`), target session id (`ODQ1Z9`);
     * the environment's name for its settings.
     */
    objectId: text('object_id').notNull(),
    /**
     * The owner of a target's group. Null for feeds and sources (only the exchange reads them) and settings (all read
     * them).
     */
    ownerId: uuid('owner_id').references(() => firms.id),
    /** Null: removed by this version. Secrets by reference. */
    document: jsonb('document').$type<unknown>(),
  },
  (t) => [
    primaryKey({ name: 'configuration_parts_pkey', columns: [t.environment, t.kind, t.objectId, t.number] }),
    foreignKey({
      name: 'configuration_parts_version',
      columns: [t.environment, t.number],
      foreignColumns: [configurationVersions.environment, configurationVersions.number],
    }),
    index('configuration_parts_number').on(t.environment, t.number),
    check('configuration_parts_kind', oneOf(t.kind, partKinds)),
  ],
)

const reportStates = ['running', 'refused'] as const
type ReportState = (typeof reportStates)[number]

/** What a connector says of each part of a version. Written only by `dc_connector`. */
export const configurationReports = dc.table(
  'configuration_reports',
  {
    environment: text('environment').$type<Environment>().notNull(),
    number: integer('number').notNull(),
    shard: shardColumn(),
    connector: text('connector').notNull(),
    kind: text('kind').$type<ObjectKind>().notNull(),
    objectId: text('object_id').notNull(),
    state: text('state').$type<ReportState>().notNull(),
    /** Why it was refused. */
    detail: text('detail'),
    /** First source number judged by this version, by source name. */
    fromSourceSeq: jsonb('from_source_seq').$type<Record<string, number>>(),
    at: instant('at').notNull(),
  },
  (t) => [
    primaryKey({
      name: 'configuration_reports_pkey',
      columns: [t.environment, t.number, t.shard, t.connector, t.kind, t.objectId],
    }),
    foreignKey({
      name: 'configuration_reports_version',
      columns: [t.environment, t.number],
      foreignColumns: [configurationVersions.environment, configurationVersions.number],
    }),
    index('configuration_reports_object').on(t.environment, t.kind, t.objectId, t.number),
    check('configuration_reports_kind', oneOf(t.kind, objectKinds)),
    check('configuration_reports_state', oneOf(t.state, reportStates)),
  ],
)
