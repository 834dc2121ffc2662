import { and, asc, eq, inArray, sql } from 'drizzle-orm'
import type { Tx } from '#db/client.ts'
import type { ReportedTarget } from '#db/queries/connector/reported.ts'
import { listUserNames } from '#db/queries/people/people.ts'
import { isGoodAt, pauserOf } from '#db/queries/target/targets.ts'
import { covers } from '#db/schema/columns.ts'
import { groups, groupTerms } from '#db/schema/groups.ts'
import { sourceSessions } from '#db/schema/sources.ts'
import { targetCredentials, targetSources, targets } from '#db/schema/targets.ts'
import type { Environment } from '#domain/reference/environment.ts'
import { type DeliveryState, type FeedFacts, type TargetFacts, targetState, worstFirst } from '#domain/status/state.ts'
import { type Delivery, ledgerFor } from '#views/status/delivery.ts'
import type { TargetRow } from '#views/status/status-view.ts'

/** A target that is not closed, with what it carries; wanted and observed side by side. */
export type TargetFull = {
  row: TargetRow
  record: typeof targets.$inferSelect
  observed: ReportedTarget | undefined
  state: DeliveryState
  sources: { name: string; feedId: string }[]
}

/** Targets that the reader sees, of the environment or of one group, worst first. */
export async function listTargetRows(
  tx: Tx,
  environment: Environment,
  delivery: Delivery,
  now: Date,
  groupId?: string,
): Promise<TargetFull[]> {
  const rows = await tx
    .select({ target: targets, groupName: groups.name, protocol: groupTerms.protocol })
    .from(targets)
    .innerJoin(groups, eq(groups.id, targets.groupId))
    .leftJoin(groupTerms, and(eq(groupTerms.groupId, targets.groupId), covers(groupTerms.during, now)))
    .where(
      and(
        eq(targets.environment, environment),
        sql`${targets.state} <> 'closed'`,
        groupId === undefined ? undefined : eq(targets.groupId, groupId),
      ),
    )
    .orderBy(asc(targets.sessionId))
  const ids = rows.map((row) => row.target.id)
  const placed = await placementsOf(tx, ids, now)
  const withPassword = await targetsWithCredential(tx, ids, now)
  const names = await listUserNames(
    tx,
    rows.map((row) => row.target.pausedBy),
  )
  const full = rows.map(({ target, groupName, protocol }): TargetFull => {
    const sources = placed.filter((one) => one.targetId === target.id)
    const observed = delivery.targets.get(target.sessionId)
    const ledger = ledgerFor(delivery, { sessionIds: [target.sessionId] })
    const feeds = feedsOf(delivery, sources)
    const facts = factsOf(target, observed, delivery, {
      ledger,
      hasCredential: withPassword.has(target.id),
      pausedBy: pauserOf(target, names.get(target.pausedBy ?? '')),
      now,
    })
    const state = targetState(facts, feeds, delivery.heardOf([target.shard]))
    const row: TargetRow = {
      sessionId: target.sessionId,
      groupId: target.groupId,
      groupName,
      delivery: state,
      protocol: protocol ?? 'classic',
      sources: sources.length,
      ledger,
      lastSentAt: observed?.lastSentAt ?? null,
    }
    return { row, record: target, observed, state, sources }
  })
  return full.sort((a, b) => worstFirst(a.state, b.state))
}

const feedsOf = (delivery: Delivery, sources: readonly { feedId: string }[]): FeedFacts[] =>
  [...new Set(sources.map((source) => source.feedId))].flatMap((id) => delivery.feeds.get(id) ?? [])

/** Copies behind the cursor after a logon; at least one, since the connector says so. */
const catchingUp = (observed: ReportedTarget | undefined): number =>
  observed?.state === 'catching-up' ? Math.max(1, observed.waiting) : 0

const loggedOn = ['logged-on', 'catching-up', 'late', 'on-backup']

function factsOf(
  target: typeof targets.$inferSelect,
  observed: ReportedTarget | undefined,
  delivery: Delivery,
  known: Pick<TargetFacts, 'ledger' | 'hasCredential'> & { pausedBy: string | undefined; now: Date },
): TargetFacts {
  const { sessionId, state, pauseReason } = target
  const { ledger, hasCredential, pausedBy, now } = known
  const part = delivery.parts.get(sessionId)
  const alarm = delivery.alarms.find((one) => one.kind === 'target' && one.objectId === sessionId)?.says
  const { resend } = observed ?? {}
  const isOn = observed !== undefined && loggedOn.includes(observed.state)
  return {
    sessionId,
    wanted: state,
    hasCredential,
    ledger,
    part: observed?.state === 'refused' ? 'refused' : (part?.part ?? 'unanswered'),
    publishedAgoMs: part?.publishedAt ? now.getTime() - part.publishedAt.getTime() : 0,
    loggedOn: isOn,
    onBackup: isOn && (observed.state === 'on-backup' || observed.active === 'backup'),
    behindMs: observed?.lateMs ?? 0,
    recovering: resend ? Math.max(0, resend.to - resend.next + 1) : catchingUp(observed),
    ...(pausedBy && { pausedBy }),
    ...(pauseReason && { pauseReason }),
    ...(part?.detail && { detail: part.detail }),
    ...(alarm && { alarm }),
  }
}

async function placementsOf(tx: Tx, ids: readonly string[], now: Date) {
  if (ids.length === 0) return []
  return tx
    .select({
      targetId: targetSources.targetId,
      name: sql<string>`${sourceSessions.sessionCode} || ${sourceSessions.executionCode}`,
      feedId: sourceSessions.feedId,
    })
    .from(targetSources)
    .innerJoin(sourceSessions, eq(sourceSessions.id, targetSources.sourceId))
    .where(and(inArray(targetSources.targetId, [...ids]), covers(targetSources.during, now)))
    .orderBy(asc(sourceSessions.sessionCode), asc(sourceSessions.executionCode))
}

async function targetsWithCredential(tx: Tx, ids: readonly string[], now: Date): Promise<Set<string>> {
  if (ids.length === 0) return new Set()
  const rows = await tx
    .selectDistinct({ targetId: targetCredentials.targetId })
    .from(targetCredentials)
    .where(and(inArray(targetCredentials.targetId, [...ids]), isGoodAt(now)))
  return new Set(rows.map((row) => row.targetId))
}
