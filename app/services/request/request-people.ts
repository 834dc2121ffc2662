import type { Tx } from '#db/client.ts'
import { listContacts } from '#db/queries/group/contacts.ts'
import { listHolders } from '#db/queries/people/firms.ts'
import type { RequestRecord } from '#db/queries/request/requests.ts'
import type { RoundFacts } from '#db/queries/request/round-facts.ts'
import type { Actor } from '#domain/people/permissions.ts'
import { roleOfCapacity } from '#domain/request/decide.ts'
import type { Eligible, RequestFacts, Submitter } from '#domain/request/guards.ts'
import type { Party } from '#domain/request/round.ts'

/** The person with their relation to this request's group today. Read with the system's sight. */
export async function submitterOf(tx: Tx, actor: Actor, groupId: string | null, now: Date): Promise<Submitter> {
  const contacts = groupId ? await listContacts(tx, groupId, now) : []
  return {
    userId: actor.userId,
    firmId: actor.firmId,
    isExchange: actor.isExchange,
    roles: actor.standings,
    contactFor: contacts.filter((contact) => contact.userId === actor.userId).map((contact) => contact.authorizedBy),
  }
}

/** What the guards on people need to know of a request. */
export async function requestFactsOf(
  tx: Tx,
  request: RequestRecord,
  guarantors: readonly string[],
  now: Date,
): Promise<RequestFacts> {
  const contacts = request.groupId ? await listContacts(tx, request.groupId, now) : []
  return {
    kind: request.kind,
    ownerId: request.ownerId,
    draftedBy: request.draftedBy,
    onBehalf: request.onBehalf,
    groupHasContact: contacts.length > 0,
    guarantors,
  }
}

/** Firms that guarantee a present source of the group. */
export const guarantorsOf = (facts: RoundFacts): string[] => [
  ...new Set(facts.members.flatMap((name) => facts.sources.get(name)?.guarantors.map((firm) => firm.id) ?? [])),
]

/** For each party that still has to answer: the people of that firm who could. */
export async function eligibleFor(tx: Tx, parties: readonly Party[], now: Date): Promise<Eligible[]> {
  const open = parties.filter((party) => party.metBy === null)
  const eligible: Eligible[] = []
  for (const { firmId, capacity, slice } of open) {
    const role = roleOfCapacity(capacity)
    const holders = await listHolders(tx, [firmId], role, now)
    eligible.push({ firmId, firmName: slice.firm.name, capacity, userIds: holders.map((holder) => holder.userId) })
  }
  return eligible
}
