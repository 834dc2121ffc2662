import type postgres from 'postgres'
import { floorTo, pages } from '#domain/rollup/steps.ts'

type Minute = { received: number; delivered: number; waiting: number }

/** Writes what an object's minutes were up to `now`, as the portal's job would have; undefined: not heard. */
export async function writeHistory(
  owner: postgres.Sql,
  { environment = 'sandbox', target, now, hours }: { environment?: string; target: string; now: Date; hours: number },
  of: (minutesAgo: number) => Minute | undefined,
): Promise<void> {
  const { pageMs, stepMs, length } = pages.minute
  const lastMs = floorTo(now.getTime(), pageMs)
  for (let startMs = lastMs - hours * pageMs; startMs <= lastMs; startMs += pageMs) {
    const minutes = Array.from({ length }, (_, i) => {
      const ago = Math.floor((now.getTime() - (startMs + i * stepMs)) / stepMs)
      return ago > 0 ? of(ago) : undefined
    })
    const row = { environment, shard: 'main', step: 'minute', starts_at: new Date(startMs) }
    const all = (value: (minute: Minute) => number) => minutes.map((minute) => (minute ? value(minute) : 0))
    const rows = [
      {
        ...row,
        kind: 'shard',
        object_id: 'main',
        received: all(() => 1),
        delivered: null,
        waiting: null,
        highest: null,
      },
      {
        ...row,
        kind: 'target',
        object_id: target,
        received: all((minute) => minute.received),
        delivered: all((minute) => minute.delivered),
        waiting: all((minute) => minute.waiting),
        highest: all((minute) => minute.waiting * 2),
      },
    ]
    await owner`insert into dc.rollups ${owner(rows)} on conflict do nothing`
  }
}
