import type { Tx } from '#db/client.ts'
import { transactionInstant } from '#db/queries/command/instant.ts'
import {
  addGrowth,
  beginCounts,
  lockReported,
  type Reported,
  restartCounts,
  saveHighest,
  saveReading,
} from '#db/queries/rollup/cuts.ts'
import { removeOldest, thinOldest } from '#db/queries/rollup/thinning.ts'
import { cutOf } from '#domain/rollup/cut.ts'
import type { JobDeps } from '#services/deps.ts'

/**
 * Once a minute, compares what connectors report with what they reported before, and keeps the growth for the pictures;
 * at every other call it only notes how many copies wait. Safe to repeat at any time (ADR 51).
 */
export async function takeFigures({ asJobs }: Pick<JobDeps, 'asJobs'>): Promise<void> {
  await asJobs(async (tx) => {
    const now = await transactionInstant(tx)
    for (const reported of await lockReported(tx, now.getTime())) await takeOf(tx, reported)
  })
}

async function takeOf(tx: Tx, reported: Reported): Promise<void> {
  const cut = cutOf(reported.before, reported.now)
  if (!cut) return saveHighest(tx, reported)
  if (cut.type === 'begin') await beginCounts(tx, reported)
  else {
    if (cut.isOtherWeek) await restartCounts(tx, reported)
    await addGrowth(tx, reported, cut.minuteMs, cut.isHeard)
  }
  await saveReading(tx, reported)
}

/** More batches than come up between two calls; the rest waits for the next one. */
const mostBatches = 40

/**
 * Puts minutes that are older than eight days into quarter hours, quarter hours that are older than 35 days into hours,
 * and removes hours after 13 months. Each batch is a transaction of its own.
 */
export async function thinFigures({ asJobs }: Pick<JobDeps, 'asJobs'>): Promise<void> {
  const thinned = [
    (tx: Tx, now: Date) => thinOldest(tx, 'minute', 'quarter', now),
    (tx: Tx, now: Date) => thinOldest(tx, 'quarter', 'hour', now),
    removeOldest,
  ]
  for (const thin of thinned)
    for (let i = 0; i < mostBatches; i++)
      if ((await asJobs(async (tx) => thin(tx, await transactionInstant(tx)))) === 0) break
}
