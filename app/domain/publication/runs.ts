import type { ObjectKind, PartKind } from '../configuration/parts.ts'
import type { ReportedFeedState, ReportedTargetState } from '../status/words.ts'

/** Whether a connector runs what was published of an object; `unanswered`: it has not said yet. */
export type PartRun = 'running' | 'refused' | 'unanswered'

/** An object as a version has it; `number` is the version's. */
type PublishedPart = { kind: PartKind; objectId: string; number: number }

/** The newest word of the connectors on an object, and on which version of it. */
export type PartReport = {
  kind: ObjectKind
  objectId: string
  number: number
  state: Exclude<PartRun, 'unanswered'>
  detail: string | null
}

export type RunOfPart = { kind: PartKind; objectId: string; state: PartRun; detail: string | null }

/**
 * What connectors say of each published part. A report on a newer version of the object answers for the older one, too.
 * `gone`: targets that the version removed and that no longer run; they are reported only by a version without them.
 */
export function runsOf(
  parts: readonly PublishedPart[],
  reports: readonly PartReport[],
  gone: readonly string[] = [],
): RunOfPart[] {
  const said = new Map(reports.map((report) => [keyOf(report), report]))
  return parts.map(({ kind, objectId, number }) => {
    const report = said.get(keyOf({ kind, objectId }))
    if (report && report.number >= number) return { kind, objectId, state: report.state, detail: report.detail }
    return { kind, objectId, state: gone.includes(objectId) ? 'running' : 'unanswered', detail: null }
  })
}

const keyOf = ({ kind, objectId }: { kind: PartKind; objectId: string }): string => `${kind} ${objectId}`

/** Whether all of a publication runs: only then is its request applied. */
export const isApplied = (runs: readonly { state: PartRun }[]): boolean =>
  runs.every(({ state }) => state === 'running')

/** The newest version that the connectors of all these shards say they run; 0: one of them runs none. */
export function runningVersion(
  shards: readonly string[],
  connectors: readonly { shard: string; runningVersion: number | null }[],
): number {
  const ofShard = (shard: string) =>
    connectors.filter((one) => one.shard === shard).map((one) => one.runningVersion ?? 0)
  return Math.min(...shards.map((shard) => Math.max(0, ...ofShard(shard))))
}

/**
 * How an observed session runs. A session that reports itself refused is refused, even if the report on its newest part
 * says otherwise. `answered`: what `runsOf` says of that part, where parts are looked at.
 */
export const runOfSession = (
  observed: { state: ReportedFeedState | ReportedTargetState } | undefined,
  answered: PartRun,
): PartRun => (observed?.state === 'refused' ? 'refused' : answered)
