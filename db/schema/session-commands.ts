import { sql } from 'drizzle-orm'
import { bigint, check, index, integer, text, uuid } from 'drizzle-orm/pg-core'
import type { Environment } from '#domain/reference/environment.ts'
import { type SessionAction, type SessionKind, sessionActions, sessionKinds } from '#domain/session/command.ts'
import { dc, instant, isShardName, oneOf, shardColumn } from './columns.ts'
import { environments } from './installation.ts'

/**
 * What an operator asks a connector to do with a session. Inserted once; the insertion notifies `dc_session_commands`
 * with the environment.
 */
export const sessionCommands = dc.table(
  'session_commands',
  {
    id: uuid('id').primaryKey(),
    /** The order in which they are carried out. */
    seq: bigint('seq', { mode: 'number' }).notNull().generatedAlwaysAsIdentity(),
    environment: text('environment')
      .$type<Environment>()
      .notNull()
      .references(() => environments.environment),
    /** The shard of the session: its connector carries the command out. */
    shard: shardColumn(),
    action: text('action').$type<SessionAction>().notNull(),
    kind: text('kind').$type<SessionKind>().notNull(),
    /** A feed's id; a target's session id, or `ODQ1Z9/10` for that of a market segment. */
    session: text('session').notNull(),
    /** The next number expected of the peer, and the next one of ours; null: left as it is. */
    expected: integer('expected'),
    next: integer('next'),
    reason: text('reason').notNull(),
    /** The person who asked, as the machine knows them. */
    operator: text('operator').notNull(),
    askedAt: instant('asked_at').notNull(),
    /** The command is not carried out after this. */
    expiresAt: instant('expires_at').notNull(),
  },
  (t) => [
    index('session_commands_order').on(t.environment, t.shard, t.seq),
    check('session_commands_action', oneOf(t.action, sessionActions)),
    check('session_commands_shard', isShardName(t.shard)),
    check('session_commands_kind', oneOf(t.kind, sessionKinds)),
    check(
      'session_commands_numbers',
      sql`(${t.action} = 'set-number') = (${t.expected} is not null or ${t.next} is not null)`,
    ),
  ],
)

const outcomeStates = ['done', 'refused', 'expired'] as const
type OutcomeState = (typeof outcomeStates)[number]

/** The one outcome of a command. Written only by `dc_connector`. */
export const sessionCommandOutcomes = dc.table(
  'session_command_outcomes',
  {
    commandId: uuid('command_id')
      .primaryKey()
      .references(() => sessionCommands.id),
    connector: text('connector').notNull(),
    state: text('state').$type<OutcomeState>().notNull(),
    says: text('says').notNull(),
    at: instant('at').notNull(),
  },
  (t) => [check('session_command_outcomes_state', oneOf(t.state, outcomeStates))],
)
