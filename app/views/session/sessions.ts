import type { Tx } from '#db/client.ts'
import { listEveryReportedFeed, listEveryReportedTarget } from '#db/queries/connector/reported.ts'
import { connectorOf, listConnectors } from '#db/queries/connector/session-commands.ts'
import { listAllFeeds } from '#db/queries/feed/feeds.ts'
import { listAllTargets } from '#db/queries/target/target-rows.ts'
import type { Shard } from '#domain/leadership/leader.ts'
import type { SessionFacts } from '#domain/session/command.ts'
import { isFeedOnline, isTargetOnline } from '#domain/status/words.ts'
import { targetActions } from '#domain/target/rights.ts'

/** A session as wanted and as last reported. */
export type SessionRow = SessionFacts &
  Shard & {
    /** One word: the state that the connector reports, or what is wanted of the session. */
    state: string
    /** The owner of a target's group. */
    ownerId: string | null
    says: string
  }

/** Every session, targets first. Over `asJobs`: the operator's sight. */
export async function listSessions(tx: Tx, now: Date): Promise<SessionRow[]> {
  const connectors = await listConnectors(tx)
  const isCurrent = (row: Shard & { connector: string }) => connectorOf(connectors, row)?.connector === row.connector
  const isOf = (session: Shard, row: Shard) => row.environment === session.environment && row.shard === session.shard
  const seenTargets = (await listEveryReportedTarget(tx)).filter(isCurrent)
  const seenFeeds = (await listEveryReportedFeed(tx)).filter(isCurrent)
  const targets = await listAllTargets(tx, targetActions.command.from, now)
  const feeds = (await listAllFeeds(tx)).filter(({ state }) => state !== 'closed')
  return [
    ...targets.map(({ target, groupName, ownerId, ownerName, protocol }): SessionRow => {
      const seen = seenTargets.find((one) => one.sessionId === target.sessionId && isOf(target, one))
      const { environment, shard, sessionId } = target
      return {
        ...{ kind: 'target', name: sessionId, environment, shard, protocol: protocol ?? 'classic', ownerId },
        ...{
          state: target.state === 'paused' ? 'paused' : (seen?.state ?? 'no report'),
          says: `${groupName}, ${ownerName}`,
        },
        isLoggedOn: isTargetOnline(seen?.state),
        nextIn: seen?.nextIn ?? 1,
        nextOut: seen?.nextOut ?? 1,
        waiting: seen?.waiting ?? 0,
        held: seen?.held ?? 0,
      }
    }),
    ...feeds.map((feed): SessionRow => {
      const { id, environment, shard } = feed
      const seen = seenFeeds.find((one) => one.feedId === id && isOf(feed, one))
      return {
        ...{ kind: 'feed', name: id, environment, shard, protocol: 'classic', ownerId: null },
        ...{ state: seen?.state ?? 'no report', says: seen?.detail ?? '' },
        isLoggedOn: isFeedOnline(seen?.state),
        ...{ nextIn: seen?.nextIn ?? 1, nextOut: seen?.nextOut ?? 1, waiting: 0, held: 0 },
      }
    }),
  ]
}
