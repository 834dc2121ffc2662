import { and, asc, desc, eq, isNull } from 'drizzle-orm'
import type { Shard } from '#domain/leadership/leader.ts'
import type { Environment } from '#domain/reference/environment.ts'
import type { Tx } from '../../client.ts'
import { observedConnectors } from '../../schema/observed.ts'
import { sessionCommandOutcomes, sessionCommands } from '../../schema/session-commands.ts'

export async function insertSessionCommand(tx: Tx, row: typeof sessionCommands.$inferInsert): Promise<void> {
  await tx.insert(sessionCommands).values(row)
}

/** Commands of a shard without an outcome, in the order asked. */
export async function listOpenCommands(tx: Tx, { environment, shard }: Shard) {
  const { id, action, kind, session, expected, next, expiresAt } = sessionCommands
  return tx
    .select({ id, action, kind, session, expected, next, expiresAt })
    .from(sessionCommands)
    .leftJoin(sessionCommandOutcomes, eq(sessionCommandOutcomes.commandId, id))
    .where(
      and(
        eq(sessionCommands.environment, environment),
        eq(sessionCommands.shard, shard),
        isNull(sessionCommandOutcomes.commandId),
      ),
    )
    .orderBy(asc(sessionCommands.seq))
    .limit(100)
}

/** Keeps the first outcome. If its acknowledgement was lost, the connector sends the same outcome again. */
export async function saveOutcome(tx: Tx, row: typeof sessionCommandOutcomes.$inferInsert): Promise<void> {
  await tx.insert(sessionCommandOutcomes).values(row).onConflictDoNothing()
}

export async function findOutcome(tx: Tx, commandId: string) {
  const [row] = await tx.select().from(sessionCommandOutcomes).where(eq(sessionCommandOutcomes.commandId, commandId))
  return row
}

/** The newest commands with their outcomes. */
export async function listSessionCommands(tx: Tx, count: number) {
  return tx
    .select({ command: sessionCommands, outcome: sessionCommandOutcomes })
    .from(sessionCommands)
    .leftJoin(sessionCommandOutcomes, eq(sessionCommandOutcomes.commandId, sessionCommands.id))
    .orderBy(desc(sessionCommands.seq))
    .limit(count)
}

export type ConnectorRecord = typeof observedConnectors.$inferSelect

/** The connector heard last in each shard, of all environments or of one. */
export async function listConnectors(tx: Tx, environment?: Environment): Promise<ConnectorRecord[]> {
  return tx
    .selectDistinctOn([observedConnectors.environment, observedConnectors.shard])
    .from(observedConnectors)
    .where(environment && eq(observedConnectors.environment, environment))
    .orderBy(observedConnectors.environment, observedConnectors.shard, desc(observedConnectors.heardAt))
}

export const connectorOf = (connectors: readonly ConnectorRecord[], { environment, shard }: Shard) =>
  connectors.find((one) => one.environment === environment && one.shard === shard)
