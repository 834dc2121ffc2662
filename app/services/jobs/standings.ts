import type { Tx } from '#db/client.ts'
import { transactionInstant } from '#db/queries/command/instant.ts'
import { listEveryReportedFeed } from '#db/queries/connector/reported.ts'
import { listConnectors } from '#db/queries/connector/session-commands.ts'
import { listEveryObjectAlarm } from '#db/queries/standing/facts.ts'
import {
  listAllStandingGroups,
  listGroupsOfFeeds,
  listMovedGroups,
  lockStandings,
  takeTouchedGroups,
} from '#db/queries/standing/standings.ts'
import type { JobDeps } from '#services/deps.ts'
import { keepStandings } from '#services/standing/keep-standings.ts'

/** Groups whose standings are made in one go, which bounds the memory and the length of a pass. */
const together = 500
/** Everything is looked at again after this: whoever wrote a row, and however, its group is right within the time. */
const allEveryMs = 10 * 60_000

/**
 * Keeps the standings of groups and targets: those that were touched, those of which something was reported since the
 * last pass, and once in a while all. @returns one pass, which answers how many groups it looked at
 */
export function standingsKeeper({ asJobs }: JobDeps): () => Promise<number> {
  let seen: Seen | undefined
  return async () => {
    const passed = await asJobs(async (tx) => {
      if (!(await lockStandings(tx))) return { groups: 0, next: seen }
      const now = await transactionInstant(tx)
      const next = await look(tx, seen, now)
      const ids = await groupsToKeep(tx, seen, next, now)
      for (let from = 0; from < ids.length; from += together)
        await keepStandings(tx, ids.slice(from, from + together), now)
      return { groups: ids.length, next }
    })
    // only what was committed is behind us: a pass that failed is made again
    seen = passed.next
    return passed.groups
  }
}

/** What a pass saw, from which the next one knows what has moved. */
type Seen = {
  allAtMs: number
  /** when each connector that is heard last reported */
  heard: Map<string, { environment: string; shard: string; connector: string; at: Date }>
  /** what each feed's state depends on */
  feeds: Map<string, string>
  /** alarms about targets, and which connectors speak */
  rest: string
}

async function look(tx: Tx, before: Seen | undefined, now: Date): Promise<Seen> {
  const connectors = await listConnectors(tx)
  const alarms = await listEveryObjectAlarm(tx)
  const ofTargets = alarms.filter((one) => one.kind === 'target')
  return {
    allAtMs: before?.allAtMs ?? now.getTime(),
    heard: new Map(
      connectors.map(({ environment, shard, connector, heardAt }) => {
        return [`${environment} ${shard} ${connector}`, { environment, shard, connector, at: heardAt }]
      }),
    ),
    feeds: new Map(
      (await listEveryReportedFeed(tx)).map(({ feedId, state, lost, missing }) => {
        const codes = alarms.filter((one) => one.kind === 'feed' && one.objectId === feedId).map((one) => one.code)
        return [feedId, `${state} ${lost} ${missing} ${codes.join()}`]
      }),
    ),
    rest: JSON.stringify([
      ofTargets.map(({ objectId, code, says }) => [objectId, code, says]),
      connectors.map(({ environment, shard, connector, week }) => [environment, shard, connector, week]),
    ]),
  }
}

async function groupsToKeep(tx: Tx, before: Seen | undefined, next: Seen, now: Date): Promise<string[]> {
  const touched = await takeTouchedGroups(tx, 10_000)
  const isAll =
    before === undefined ||
    before.rest !== next.rest ||
    now.getTime() - before.allAtMs > allEveryMs ||
    [...next.heard].some(([key, { at }]) => at < (before.heard.get(key)?.at ?? at)) // a clock was set back
  if (isAll) {
    next.allAtMs = now.getTime()
    return listAllStandingGroups(tx)
  }
  const reported = [...next.heard].flatMap(([key, one]) => {
    const last = before.heard.get(key)
    return last && last.at < one.at ? [last] : []
  })
  const moved = await listMovedGroups(tx, reported, now)
  const feeds = [...next.feeds].flatMap(([id, state]) => (before.feeds.get(id) === state ? [] : [id]))
  return [...new Set([...touched, ...moved, ...(await listGroupsOfFeeds(tx, feeds))])]
}
