import type { Tx } from '#db/client.ts'
import type { ReportedTarget } from '#db/queries/connector/reported.ts'
import { listUserNames } from '#db/queries/people/people.ts'
import { listPlacements, listTargets, listTargetsWithCredential } from '#db/queries/target/target-rows.ts'
import type { TargetRecord } from '#db/queries/target/targets.ts'
import { runOfSession } from '#domain/publication/runs.ts'
import type { Environment } from '#domain/reference/environment.ts'
import {
  type DeliveryState,
  type FeedFacts,
  type TargetFacts,
  targetState,
  underConnector,
  worstFirst,
} from '#domain/status/state.ts'
import { isTargetOnline } from '#domain/status/words.ts'
import { pauserOf } from '#domain/target/rights.ts'
import { type Delivery, ledgerFor } from '#views/status/delivery.ts'
import type { TargetRow } from '#views/status/status-view.ts'

/** A target that is not closed, with what it carries; wanted and observed side by side. */
export type TargetFull = {
  row: TargetRow
  record: TargetRecord
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
  const rows = await listTargets(tx, environment, now, groupId)
  const ids = rows.map((row) => row.target.id)
  const placed = await listPlacements(tx, ids, now)
  const withPassword = await listTargetsWithCredential(tx, ids, now)
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
      pausedBy: pauserOf({ ...target, pauserName: names.get(target.pausedBy ?? '') ?? null }),
      now,
    })
    const state = underConnector(targetState(facts, feeds), delivery.heardOf([target.shard]))
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

/**
 * How many copies a client behind the cursor must still get after a logon; at least one, since the connector says so.
 */
const catchingUp = (observed: ReportedTarget | undefined): number =>
  observed?.state === 'catching-up' ? Math.max(1, observed.waiting) : 0

function factsOf(
  target: TargetRecord,
  observed: ReportedTarget | undefined,
  delivery: Delivery,
  known: Pick<TargetFacts, 'ledger' | 'hasCredential'> & { pausedBy: string | undefined; now: Date },
): TargetFacts {
  const { sessionId, state, pauseReason } = target
  const { ledger, hasCredential, pausedBy, now } = known
  const part = delivery.parts.get(sessionId)
  const alarm = delivery.alarms.find((one) => one.kind === 'target' && one.objectId === sessionId)?.says
  const { resend } = observed ?? {}
  const isOn = observed !== undefined && isTargetOnline(observed.state)
  return {
    sessionId,
    wanted: state,
    hasCredential,
    ledger,
    part: runOfSession(observed, part?.part ?? 'unanswered'),
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
