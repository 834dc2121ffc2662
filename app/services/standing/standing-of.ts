import type { listStandingTargets, listTargetReports } from '#db/queries/standing/facts.ts'
import { type RunOfPart, runOfSession } from '#domain/publication/runs.ts'
import {
  answerWithinMs,
  type FeedFacts,
  type Ledger,
  type OwnState,
  type TargetFacts,
  targetState,
} from '#domain/status/state.ts'
import { isTargetOnline } from '#domain/status/words.ts'
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
