import { type SQL, sql } from 'drizzle-orm'
import type { groupStandings, targetStandings } from '../../schema/standings.ts'

/**
 * What is known of a shard's connector as a whole, as the rank of the word that it puts in place of others: of words
 * that only `doubt` replaces, and of words that anything of the `connector` replaces. Null: it replaces none of them.
 */
export type Replacing = { shard: string; doubt: number | null; connector: number | null }

/** The rank of the word that is shown, where `#domain/status/state.ts` would show another one than is kept. */
export function shownRank(
  standing: Pick<typeof groupStandings | typeof targetStandings, 'rank' | 'replacedBy'>,
  shards: SQL,
  replacing: readonly Replacing[],
): SQL {
  if (replacing.length === 0) return sql`${standing.rank}`
  const worst = (kind: 'doubt' | 'connector') => {
    const rows = replacing.map((one) => sql`(${one.shard}, ${one[kind]}::smallint)`)
    return sql`(select min(r) from (values ${sql.join(rows, sql`, `)}) as v(shard, r)
      where v.shard = any(${shards}) or ${shards} = '{}')`
  }
  return sql`case when ${standing.rank} is null or ${standing.replacedBy} = 'nothing' then ${standing.rank}
    when ${standing.replacedBy} = 'doubt' then coalesce(${worst('doubt')}, ${standing.rank})
    else coalesce(${worst('connector')}, ${standing.rank}) end`
}
