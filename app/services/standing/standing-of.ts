import type { ReportedFeed } from '#db/queries/connector/reported.ts'
import type { LedgerSums, listStandingTargets, listTargetReports } from '#db/queries/standing/facts.ts'
import { canWait } from '#domain/alarm/codes.ts'
import { isStopReason } from '#domain/consent/stops.ts'
import { type RunOfPart, runOfSession } from '#domain/publication/runs.ts'
import {
  addReasons,
  answerWithinMs,
  type FeedFacts,
  type Ledger,
  type OwnState,
  type TargetFacts,
  targetState,
} from '#domain/status/state.ts'
import { isFeedOnline, isTargetOnline } from '#domain/status/words.ts'
import { pauserOf } from '#domain/target/rights.ts'

type Alarm = { kind: string; objectId: string; code: string; says: string }
type Wanted = Awaited<ReturnType<typeof listStandingTargets>>[number]
type Report = Awaited<ReturnType<typeof listTargetReports>>[number]
type Part = Pick<RunOfPart, 'state' | 'detail'> & { publishedAt: Date | null }

/** Everything that the state of a target depends on, but the connector as a whole. */
type Known = {
  wanted: Wanted
  report: Report | undefined
  ledger: Ledger
  part: Part | undefined
  feeds: readonly FeedFacts[]
  alarms: readonly Alarm[]
  now: Date
}

/** How often a sentence that tells a growing age is written again. */
const ageEveryMs = 5_000

/** The state of a target by itself, and when it is to be looked at again although nothing was written. */
export function standingOfTarget(known: Known): { state: OwnState; recheckAt: Date | null } {
  const { wanted, part, feeds, now } = known
  const facts = factsOf(known)
  const state = targetState(facts, feeds)
  const published = facts.part === 'unanswered' ? part?.publishedAt?.getTime() : undefined
  const answered = published === undefined ? null : Math.max(published + answerWithinMs, now.getTime() + ageEveryMs)
  const expires = wanted.goodUntil?.getTime() ?? null
  const next = [answered, expires]
    .filter((ms) => ms !== null && ms > now.getTime())
    .sort((a, b) => Number(a) - Number(b))
  return { state, recheckAt: next[0] ? new Date(next[0]) : null }
}

function factsOf({ wanted, report, ledger, part, alarms, now }: Known): TargetFacts {
  const { target, pauserName } = wanted
  const { sessionId, state, pauseReason } = target
  const alarm = alarms.find((one) => one.kind === 'target' && one.objectId === sessionId)?.says
  const pausedBy = pauserOf({ ...target, pauserName })
  const isOn = report !== undefined && isTargetOnline(report.state)
  const resend = report?.resend
  return {
    sessionId,
    wanted: state,
    hasCredential: wanted.goodUntil !== undefined,
    ledger,
    part: runOfSession(report, part?.state ?? 'unanswered'),
    publishedAgoMs: part?.publishedAt ? now.getTime() - part.publishedAt.getTime() : 0,
    loggedOn: isOn,
    onBackup: isOn && (report.state === 'on-backup' || report.active === 'backup'),
    behindMs: report?.lateMs ?? 0,
    recovering: resend ? Math.max(0, resend.to - resend.next + 1) : catchingUp(report),
    ...(pausedBy && { pausedBy }),
    ...(pauseReason && { pauseReason }),
    ...(part?.detail && { detail: part.detail }),
    ...(alarm && { alarm }),
  }
}

/**
 * How many copies a client behind the cursor must still get after a logon; at least one, since the connector says so.
 */
const catchingUp = (report: Report | undefined): number =>
  report?.state === 'catching-up' ? Math.max(1, report.waiting) : 0

/**
 * Messages kept aside are counted and shown, but nobody has to act, since every group gets what it should. Lost
 * messages are shown as a figure.
 */
const isToldElsewhere = (code: string) => canWait(code) || code === 'lost'

/** What is known of a feed. Owners read of its alarms that there are some; their words are for the exchange. */
export function feedFactsOf(
  { feedId: id, state, lost, missing: gap }: Pick<ReportedFeed, 'feedId' | 'state' | 'lost' | 'missing'>,
  alarms: readonly Alarm[],
): FeedFacts {
  const isAlarmed = alarms.some((one) => one.kind === 'feed' && one.objectId === id && !isToldElsewhere(one.code))
  const part = runOfSession({ state }, 'running')
  const alarm = isAlarmed ? { alarm: 'the connector has raised an alarm about it' } : {}
  return { id, part, lost, gap, connected: isFeedOnline(state), ...alarm }
}

/** The terms of the ledger from its sums; `told`: the reader's word for a reason. */
export function ledgerFrom(sums: LedgerSums | undefined, told = (reason: string) => reason): Ledger {
  if (!sums) return { received: 0, delivered: 0, filtered: 0, waiting: 0, held: 0, expired: 0 }
  const { received, delivered, filtered, waiting, held, expired, filteredBy } = sums
  const stops = (filteredBy ?? []).flatMap((one) => Object.entries(one)).filter(([reason]) => isStopReason(reason))
  const stopped = addReasons(stops.map(([reason, count]) => ({ [told(reason)]: count })))
  return { received, delivered, filtered, waiting, held, expired, ...(stopped && { stopped }) }
}
