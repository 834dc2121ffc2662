import { and, asc, desc, eq, inArray, isNull } from 'drizzle-orm'
import type { Shard } from '#domain/leadership/leader.ts'
import type { Environment } from '#domain/reference/environment.ts'
import type { SessionFacts } from '#domain/session/command.ts'
import { targetActions } from '#domain/target/rights.ts'
import type { Tx } from '../../client.ts'
import { covers } from '../../schema/columns.ts'
import { firms } from '../../schema/firms.ts'
import { groups, groupTerms } from '../../schema/groups.ts'
import { observedConnectors, observedFeeds, observedTargets } from '../../schema/observed.ts'
import { sessionCommandOutcomes, sessionCommands } from '../../schema/session-commands.ts'
import { targets } from '../../schema/targets.ts'
import { listAllFeeds } from '../feed/sources.ts'

export async function insertSessionCommand(tx: Tx, row: typeof sessionCommands.$inferInsert): Promise<void> {
  await tx.insert(sessionCommands).values(row)
}

/** Those of a shard without an outcome, in the order asked. */
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

/** The first word stands: said again, because the answer to the first was lost on the way, it is the same. */
export async function saveOutcome(tx: Tx, row: typeof sessionCommandOutcomes.$inferInsert): Promise<void> {
  await tx.insert(sessionCommandOutcomes).values(row).onConflictDoNothing()
}

export async function findOutcome(tx: Tx, commandId: string) {
  const [row] = await tx.select().from(sessionCommandOutcomes).where(eq(sessionCommandOutcomes.commandId, commandId))
  return row
}

/** The newest commands with what became of them. */
export async function listSessionCommands(tx: Tx, count: number) {
  return tx
    .select({ command: sessionCommands, outcome: sessionCommandOutcomes })
    .from(sessionCommands)
    .leftJoin(sessionCommandOutcomes, eq(sessionCommandOutcomes.commandId, sessionCommands.id))
    .orderBy(desc(sessionCommands.seq))
    .limit(count)
}

/** A session as wanted and as last reported. */
export type SessionRow = SessionFacts & {
  environment: Environment
  shard: string
  /** In a word: what the connector says of it, or what is wanted of it. */
  state: string
  /** Whose group it is, of a target. */
  ownerId: string | null
  says: string
}

/** Every session there is, targets first. Over `asJobs`: the operator's sight. */
export async function listSessions(tx: Tx, now: Date): Promise<SessionRow[]> {
  const connectors = await listConnectors(tx)
  const isCurrent = (row: Shard & { connector: string }) => connectorOf(connectors, row)?.connector === row.connector
  const isOf = (session: Shard, row: Shard) => row.environment === session.environment && row.shard === session.shard
  const seenTargets = (await tx.select().from(observedTargets)).filter(isCurrent)
  const seenFeeds = (await tx.select().from(observedFeeds)).filter(isCurrent)
  const wantedTargets = await tx
    .select({ target: targets, group: groups.name, owner: firms, protocol: groupTerms.protocol })
    .from(targets)
    .innerJoin(groups, eq(groups.id, targets.groupId))
    .innerJoin(firms, eq(firms.id, groups.ownerId))
    .leftJoin(groupTerms, and(eq(groupTerms.groupId, targets.groupId), covers(groupTerms.during, now)))
    .where(inArray(targets.state, [...targetActions.command.from]))
    .orderBy(asc(targets.sessionId))
  const wantedFeeds = (await listAllFeeds(tx)).filter(({ state }) => state !== 'closed')
  return [
    ...wantedTargets.map(({ target, group, owner, protocol }): SessionRow => {
      const seen = seenTargets.find((one) => one.sessionId === target.sessionId && isOf(target, one))
      const { environment, shard, sessionId } = target
      return {
        ...{ kind: 'target', name: sessionId, environment, shard, protocol: protocol ?? 'classic', ownerId: owner.id },
        ...{
          state: target.state === 'paused' ? 'paused' : (seen?.state ?? 'no report'),
          says: `${group}, ${owner.name}`,
        },
        isLoggedOn: onlineStates.includes(seen?.state ?? ''),
        nextIn: seen?.nextIn ?? 1,
        nextOut: seen?.nextOut ?? 1,
        waiting: seen?.waiting ?? 0,
        held: seen?.held ?? 0,
      }
    }),
    ...wantedFeeds.map((feed): SessionRow => {
      const { id, environment, shard } = feed
      const seen = seenFeeds.find((one) => one.feedId === id && isOf(feed, one))
      return {
        ...{ kind: 'feed', name: id, environment, shard, protocol: 'classic', ownerId: null },
        ...{ state: seen?.state ?? 'no report', says: seen?.detail ?? '' },
        isLoggedOn: onlineStates.includes(seen?.state ?? ''),
        ...{ nextIn: seen?.nextIn ?? 1, nextOut: seen?.nextOut ?? 1, waiting: 0, held: 0 },
      }
    }),
  ]
}

const onlineStates = ['logged-on', 'catching-up', 'late', 'on-backup', 'recovering']

export type ConnectorRecord = typeof observedConnectors.$inferSelect

/** The connector last heard of each shard of each environment, or of one environment. */
export async function listConnectors(tx: Tx, environment?: Environment): Promise<ConnectorRecord[]> {
  return tx
    .selectDistinctOn([observedConnectors.environment, observedConnectors.shard])
    .from(observedConnectors)
    .where(environment && eq(observedConnectors.environment, environment))
    .orderBy(observedConnectors.environment, observedConnectors.shard, desc(observedConnectors.heardAt))
}

export const connectorOf = (connectors: readonly ConnectorRecord[], { environment, shard }: Shard) =>
  connectors.find((one) => one.environment === environment && one.shard === shard)
