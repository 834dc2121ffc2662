import type { RequestContext, SignedInUser } from '#app/http/context.ts'
import { notFound } from '#app/http/refusals.server.ts'
import { isUuid } from '#app/routes/params.ts'
import { findKeptFirm } from '#views/people/firms-page.ts'

/** A firm as the exchange's administrators keep it, with every domain that it has or had. @throws Response 404 */
export async function loadFirm(context: RequestContext, user: SignedInUser, firmId: string | undefined) {
  if (!isUuid(firmId)) throw notFound()
  const found = await context.read(user, (tx) => findKeptFirm(tx, firmId, context.deps.now()))
  if (!found) throw notFound()
  return found
}
