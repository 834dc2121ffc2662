import type { Tx } from '#db/client.ts'
import { listSparklines } from '#db/queries/rollup/sparklines.ts'
import type { ListAsked } from '#domain/list/ask.ts'
import type { ListPage } from '#domain/list/page.ts'
import type { Environment } from '#domain/reference/environment.ts'
import type { TargetFilter, TargetSort } from '#domain/status/delivery-list.ts'
import type { DeliveryWord } from '#domain/status/state.ts'
import { groupsOf, type Reader } from '#views/group/group-rows.ts'
import { loadConnectors } from '#views/status/connectors.ts'
import type { TargetRow } from '#views/status/status-view.ts'
import { countTargetsByWord, findTargetsPage } from './target-rows.ts'

type TargetList = {
  targets: ListPage<TargetRow>
  counts: { word: DeliveryWord; count: number }[]
  isStale: boolean
}

/** The list of targets that are not closed, with how many show each word. */
export async function findTargetList(
  tx: Tx,
  reader: Reader,
  environment: Environment,
  { asked, size, now }: { asked: ListAsked<TargetSort, TargetFilter>; size: number; now: Date },
): Promise<TargetList> {
  const connectors = await loadConnectors(tx, reader, environment, now)
  const of = groupsOf(reader, environment, connectors, now)
  const targets = await findTargetsPage(tx, of, connectors, asked, size)
  const ids = targets.rows.map(({ sessionId }) => sessionId)
  const lines = await listSparklines(tx, { environment, kind: 'target', ids }, now)
  return {
    targets: { ...targets, rows: targets.rows.map((row) => ({ ...row, lastHour: lines.get(row.sessionId) })) },
    counts: await countTargetsByWord(tx, of),
    isStale: connectors.isStale,
  }
}
