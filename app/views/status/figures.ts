import type { Tx } from '#db/client.ts'
import { listLedger } from '#db/queries/connector/reported.ts'
import { reasonFor } from '#domain/consent/stops.ts'
import type { Environment } from '#domain/reference/environment.ts'
import { addLedgers, type Ledger, ledgerFrom, noLedger } from '#domain/status/state.ts'
import type { Connectors } from './connectors.ts'

type SourceOnTarget = { sessionId: string; source: string; ledger: Ledger }

/**
 * The figures of each source on these targets. `guarantor`: the name of the reader's firm, where the reader sees only
 * its own sessions and must not learn which other firm's consent is missing.
 */
export async function listFigures(
  tx: Tx,
  environment: Environment,
  { reporting }: Pick<Connectors, 'reporting'>,
  sessionIds: readonly string[],
  guarantor?: string,
): Promise<SourceOnTarget[]> {
  const rows = await listLedger(tx, environment, reporting, sessionIds)
  const told = guarantor === undefined ? undefined : (reason: string) => reasonFor(reason, guarantor)
  return rows.map(({ sessionId, sourceId: source, ...sums }) => ({ sessionId, source, ledger: ledgerFrom(sums, told) }))
}

/** The figures of each source, over the targets that carry it. */
export function bySource(figures: readonly SourceOnTarget[]): Map<string, Ledger> {
  const all = new Map<string, Ledger>()
  for (const { source, ledger } of figures) all.set(source, addLedgers([all.get(source) ?? noLedger, ledger]))
  return all
}
