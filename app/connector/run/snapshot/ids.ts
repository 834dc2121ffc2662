import { type Core, mostIds } from '#connector/run/core.ts'
import type { Worker } from '#connector/run/worker.ts'
import { lanesOf, streamsOf } from '#connector/wire/lanes.ts'
import type { Snapshot } from '#domain/configuration/snapshot.ts'
import { writeCount } from '#domain/figures.ts'

/*
 * The journal knows sources and sessions by ids of 16 bits, which it gives out once and never reuses: old records name
 * them. So a journal serves a limited number of names in its life, and an operator must know before it runs out.
 */

/** The alarm `ids` is raised from this many on. */
export const manyIds = Math.ceil(0.8 * mostIds)

type Ids = keyof Core['idsGiven']
const words: Record<Ids, string> = { streams: 'sources', sessions: 'feeds and targets' }

/** Raises the alarm `ids` where few are left. The alarm lasts as long as this journal is used. */
export function showIds({ core, alarms }: Pick<Worker, 'core' | 'alarms'>): void {
  const short = Object.entries(core.idsGiven).flatMap(([ids, given]) =>
    given < manyIds ? [] : [`${writeCount(given)} of its ${writeCount(mostIds)} ids for ${words[ids as Ids]}`],
  )
  if (short.length === 0) return
  alarms.raise(
    'ids',
    'connector',
    '',
    `The journal has given out ${short.join(' and ')}, and takes none back: it has to be replaced by a new one before they are used up.`,
  )
}

/** Why the names of a snapshot cannot all be given an id; undefined: they can. */
export function noIdsLeft(core: Core, snapshot: Snapshot): string | undefined {
  const lanes = lanesOf(snapshot)
  const streams = [
    ...snapshot.sources.flatMap((source) => streamsOf(source)),
    ...lanes.flatMap(({ sources, revoked }) => [...sources, ...revoked]),
  ]
  const feeds = snapshot.feeds.map(({ id }) => id)
  const unknown = (what: 'stream' | 'feed' | 'target', names: readonly string[]) =>
    new Set(names.filter((name) => !core.hasId(what, name))).size
  const targets = lanes.map(({ name }) => name)
  return (
    tooMany(core, 'streams', unknown('stream', streams)) ??
    tooMany(core, 'sessions', unknown('feed', feeds) + unknown('target', targets))
  )
}

function tooMany({ idsGiven }: Core, ids: Ids, fresh: number): string | undefined {
  const left = mostIds - idsGiven[ids]
  if (fresh <= left) return undefined
  return `it has ${writeCount(fresh)} ${words[ids]} that are new to the journal, which has an id for ${writeCount(left)} more`
}
