import type { Tx } from '#db/client.ts'
import { endDomainRow, insertDomain, isDomainHeld, listDomains } from '#db/queries/people/firm-domains.ts'
import { findFirm } from '#db/queries/people/firms.ts'
import { lockPeople } from '#db/queries/people/invitations.ts'
import type { AddDomainInput, EndDomainInput } from '#domain/people/input.ts'
import { type Actor, may } from '#domain/people/permissions.ts'
import { ok, type Result, refuse } from '#domain/result.ts'
import { audit, type CommandAnswer, runCommand } from '#services/command.ts'
import type { Deps } from '#services/deps.ts'
import type { Refused } from '#services/refused.ts'

/** Note that a firm's people have addresses at this domain, from now on. */
export function addDomain(input: AddDomainInput, actor: Actor, deps: Deps): CommandAnswer<{ firmId: string }> {
  const { firmId, domain, reason } = input
  const about = { action: 'firm.add-domain', objectKind: 'firm', objectId: firmId, reason }
  return runCommand(deps, actor, input, about, async (tx, now): CommandAnswer<{ firmId: string }> => {
    const firm = await firmFor(tx, firmId, actor)
    if (!firm.ok) return firm
    await lockPeople(tx)
    if (await isDomainHeld(tx, domain, now)) return refuse({ code: 'domain-taken' })
    await insertDomain(tx, { id: deps.newId(), firmId, domain }, now)
    await audit(tx, actor, 'firm.add-domain', now, { ...objectOf(firmId), reason, after: { domain } })
    return ok({ firmId })
  })
}

/** End a firm's domain. The firm's people stay who they are, but nobody new is invited at that domain. */
export function endDomain(input: EndDomainInput, actor: Actor, deps: Deps): CommandAnswer<{ firmId: string }> {
  const { firmId, domainId, reason } = input
  const about = { action: 'firm.end-domain', objectKind: 'firm', objectId: firmId, reason }
  return runCommand(deps, actor, input, about, async (tx, now): CommandAnswer<{ firmId: string }> => {
    const firm = await firmFor(tx, firmId, actor)
    if (!firm.ok) return firm
    const row = (await listDomains(tx, firmId)).find(({ id }) => id === domainId)
    if (!row) return refuse({ code: 'not-found' })
    if (row.until !== null) return refuse({ code: 'domain-ended' })
    await endDomainRow(tx, domainId, now)
    await audit(tx, actor, 'firm.end-domain', now, { ...objectOf(firmId), reason, before: { domain: row.domain } })
    return ok({ firmId })
  })
}

const objectOf = (firmId: string) => ({ objectKind: 'firm', objectId: firmId, forFirm: firmId })

/** Only the exchange's administrators keep domains. */
async function firmFor(tx: Tx, firmId: string, actor: Actor): Promise<Result<null, Refused>> {
  if (!actor.isExchange || !may(actor, 'firm:write')) return refuse({ code: 'not-allowed', needs: 'administrator' })
  return (await findFirm(tx, firmId)) ? ok(null) : refuse({ code: 'not-found' })
}
