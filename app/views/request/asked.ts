import { and, desc, eq, inArray, ne } from 'drizzle-orm'
import type { Tx } from '#db/client.ts'
import type { PartyRecord } from '#db/queries/request/requests.ts'
import { requestParties } from '#db/schema/requests.ts'
import type { Slice } from '#domain/request/round.ts'

/**
 * What each of these requests asked of a firm, by the firm's own rows: those of the newest round that asked it anything. A party reads
 * group, submission and sessions here, because the group, the round and the draft are their owner's to read.
 */
export async function listAsked(
  tx: Tx,
  firmId: string,
  requestIds: readonly string[],
): Promise<Map<string, PartyRecord[]>> {
  const asked = new Map<string, PartyRecord[]>()
  if (requestIds.length === 0) return asked
  const rows = await tx
    .select()
    .from(requestParties)
    .where(
      and(
        eq(requestParties.firmId, firmId),
        ne(requestParties.capacity, 'exchange'),
        inArray(requestParties.requestId, [...requestIds]),
      ),
    )
    .orderBy(desc(requestParties.round), requestParties.capacity)
  for (const row of rows) {
    const own = asked.get(row.requestId) ?? []
    if (own.length > 0 && own[0]?.round !== row.round) continue
    // The slice is written by `insertParties` alone, from this type, and never changed.
    asked.set(row.requestId, [...own, { ...row, slice: row.slice as Slice }])
  }
  return asked
}
