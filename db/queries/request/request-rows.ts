import { and, desc, eq, inArray, type SQL } from 'drizzle-orm'
import type { Environment } from '#domain/reference/environment.ts'
import type { Tx } from '../../client.ts'
import { firms } from '../../schema/firms.ts'
import { groups } from '../../schema/groups.ts'
import { requestDrafts, requestRounds, requests } from '../../schema/requests.ts'
import { users } from '../../schema/users.ts'
import type { RequestRecord } from './requests.ts'

/** A request as a list shows it. The draft and the round are for owner and exchange; null for others. */
type ListedRequest = {
  request: RequestRecord
  ownerName: string
  groupName: string | null
  /** The document as stored; the caller parses it. */
  draft: unknown
  submittedBy: string | null
  submittedAt: Date | null
  submitter: string | null
}

/** Requests by id. */
export const listRequestRowsById = (tx: Tx, ids: readonly string[]): Promise<ListedRequest[]> =>
  ids.length === 0 ? Promise.resolve([]) : rowsWhere(tx, inArray(requests.id, [...ids]), ids.length)

/** Requests of an environment, or of one group, newest first, up to a limit. */
export const listRequestRows = (
  tx: Tx,
  of: { environment: Environment } | { groupId: string },
  most: number,
): Promise<ListedRequest[]> =>
  rowsWhere(tx, 'groupId' in of ? eq(requests.groupId, of.groupId) : eq(requests.environment, of.environment), most)

async function rowsWhere(tx: Tx, where: SQL, most: number): Promise<ListedRequest[]> {
  return tx
    .select({
      request: requests,
      ownerName: firms.name,
      groupName: groups.name,
      draft: requestDrafts.document,
      submittedBy: requestRounds.submittedBy,
      submittedAt: requestRounds.submittedAt,
      submitter: users.name,
    })
    .from(requests)
    .innerJoin(firms, eq(firms.id, requests.ownerId))
    .leftJoin(groups, eq(groups.id, requests.groupId))
    .leftJoin(requestDrafts, eq(requestDrafts.requestId, requests.id))
    .leftJoin(requestRounds, and(eq(requestRounds.requestId, requests.id), eq(requestRounds.round, requests.round)))
    .leftJoin(users, eq(users.id, requestRounds.submittedBy))
    .where(where)
    .orderBy(desc(requests.number))
    .limit(most)
}

/** Every request of a group with the sheet of its last round, which only owner and exchange see: null for others. */
export async function listSheetsOfGroup(
  tx: Tx,
  groupId: string,
): Promise<{ id: string; number: number; sheet: unknown }[]> {
  return tx
    .select({ id: requests.id, number: requests.number, sheet: requestRounds.sheet })
    .from(requests)
    .leftJoin(requestRounds, and(eq(requestRounds.requestId, requests.id), eq(requestRounds.round, requests.round)))
    .where(eq(requests.groupId, groupId))
}
