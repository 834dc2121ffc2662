import { and, asc, desc, eq, inArray, isNull, or } from 'drizzle-orm'
import { alias } from 'drizzle-orm/pg-core'
import type { Role } from '#domain/people/roles.ts'
import type { RequestDocument } from '#domain/request/document.ts'
import type { Sheet, Slice } from '#domain/request/round.ts'
import type { Tx } from '../../client.ts'
import { covers } from '../../schema/columns.ts'
import { firmGams } from '../../schema/firm-gams.ts'
import { firms } from '../../schema/firms.ts'
import { groups } from '../../schema/groups.ts'
import { decisions, requestDrafts, requestParties, requestRounds, requests } from '../../schema/requests.ts'
import { roleGrants, users } from '../../schema/users.ts'
import type { DecisionRecord } from './decisions.ts'
import type { PartyRecord } from './parties.ts'
import type { RequestRecord } from './requests.ts'

/** A request with all that stands in one row beside it. What the reader may not see is null. */
export type ShownRequest = {
  request: RequestRecord
  ownerName: string | null
  /** null for firms that only answer */
  group: { id: string; name: string } | null
  /** As stored, of a request that has no group yet; the caller parses it. */
  draft: unknown
  /** The last round, for owner and exchange. */
  round: { submittedBy: string; submittedAt: Date; document: RequestDocument; sheet: Sheet } | null
  drafter: string | null
  submitter: string | null
  /** who brought it to its state */
  mover: { name: string; firmId: string } | null
  gam: { name: string; phone: string | null; hours: string | null } | null
}

const drafters = alias(users, 'drafters')
const submitters = alias(users, 'submitters')
const movers = alias(users, 'movers')
const gams = alias(users, 'gams')

/** The request with this number, as far as the transaction's person sees it. */
export async function findShownRequest(tx: Tx, number: number, now: Date): Promise<ShownRequest | undefined> {
  const [row] = await tx
    .select({
      request: requests,
      ownerName: firms.name,
      group: { id: groups.id, name: groups.name },
      draft: requestDrafts.document,
      round: {
        submittedBy: requestRounds.submittedBy,
        submittedAt: requestRounds.submittedAt,
        document: requestRounds.document,
        sheet: requestRounds.sheet,
      },
      drafter: drafters.name,
      submitter: submitters.name,
      mover: { name: movers.name, firmId: movers.firmId },
      gam: { name: gams.name, phone: gams.phone, hours: gams.hours },
    })
    .from(requests)
    .leftJoin(firms, eq(firms.id, requests.ownerId))
    .leftJoin(groups, eq(groups.id, requests.groupId))
    .leftJoin(requestDrafts, and(eq(requestDrafts.requestId, requests.id), isNull(requests.groupId)))
    .leftJoin(requestRounds, and(eq(requestRounds.requestId, requests.id), eq(requestRounds.round, requests.round)))
    .leftJoin(drafters, eq(drafters.id, requests.draftedBy))
    .leftJoin(submitters, eq(submitters.id, requestRounds.submittedBy))
    .leftJoin(movers, eq(movers.id, requests.stateBy))
    .leftJoin(firmGams, and(eq(firmGams.firmId, requests.ownerId), covers(firmGams.during, now)))
    .leftJoin(gams, eq(gams.id, firmGams.gamId))
    .where(eq(requests.number, number))
  if (!row) return undefined
  const { round, ...rest } = row
  // Only `insertRound` writes the two columns, from these types, and they never change.
  return {
    ...rest,
    round: round && { ...round, document: round.document as RequestDocument, sheet: round.sheet as Sheet },
  }
}

/** The parties of a request's last round, and what it asked of the reader's firm in every round; newest round first. */
export async function listShownParties(
  tx: Tx,
  request: { id: string; round: number },
  firmId: string,
): Promise<PartyRecord[]> {
  const rows = await tx
    .select()
    .from(requestParties)
    .where(
      and(
        eq(requestParties.requestId, request.id),
        or(eq(requestParties.round, request.round), eq(requestParties.firmId, firmId)),
      ),
    )
    .orderBy(desc(requestParties.round), asc(requestParties.capacity), asc(requestParties.firmId))
  return rows.map((row) => ({ ...row, slice: row.slice as Slice })) // as in `listParties`
}

/** Names are null where the reader does not see the person or the firm. */
export type ShownDecision = {
  decision: DecisionRecord
  firmName: string | null
  decider: string | null
  taker: string | null
}

const takers = alias(users, 'takers')

/** The decisions on a request in all rounds, those that were taken back included, oldest first. */
export async function listShownDecisions(tx: Tx, requestId: string): Promise<ShownDecision[]> {
  return tx
    .select({ decision: decisions, firmName: firms.name, decider: users.name, taker: takers.name })
    .from(decisions)
    .leftJoin(firms, eq(firms.id, decisions.firmId))
    .leftJoin(users, eq(users.id, decisions.decidedBy))
    .leftJoin(takers, eq(takers.id, decisions.takenBackBy))
    .where(eq(decisions.requestId, requestId))
    .orderBy(asc(decisions.decidedAt))
}

/** Active people of these firms with the role that they hold today, by name, as far as the reader sees them. */
export async function listHoldersOfRoles(
  tx: Tx,
  firmIds: readonly string[],
  roles: readonly Role[],
  now: Date,
): Promise<{ userId: string; firmId: string; name: string; role: Role }[]> {
  if (firmIds.length === 0) return []
  return tx
    .select({ userId: users.id, firmId: users.firmId, name: users.name, role: roleGrants.role })
    .from(roleGrants)
    .innerJoin(users, eq(users.id, roleGrants.userId))
    .where(
      and(
        inArray(roleGrants.firmId, [...new Set(firmIds)]),
        inArray(roleGrants.role, [...new Set(roles)]),
        eq(users.state, 'active'),
        covers(roleGrants.during, now),
      ),
    )
    .orderBy(asc(users.name))
}
