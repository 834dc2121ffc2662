import type { RequestContext, SignedInUser } from '#app/http/context.ts'
import { notFound } from '#app/http/refusals.server.ts'
import { isUuid } from '#app/routes/params.ts'
import { findInvitingFirm, listDomains } from '#db/queries/people/firm-domains.ts'

/** A firm as the exchange's administrators keep it, with every domain that it has or had. @throws Response 404 */
export async function loadFirm(context: RequestContext, user: SignedInUser, firmId: string | undefined) {
  if (!isUuid(firmId)) throw notFound()
  return context.read(user, async (tx) => {
    const firm = await findInvitingFirm(tx, firmId, context.deps.now())
    if (!firm) throw notFound()
    return { firm, domains: await listDomains(tx, firmId) }
  })
}
