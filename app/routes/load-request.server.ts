import type { RequestContext, SignedInUser } from '#app/http/context.ts'
import { notFound } from '#app/http/refusals.server.ts'
import { findDraftPage } from '#db/queries/draft-page.ts'
import { findRequestPage } from '#db/queries/request-page.ts'
import { requestNumber } from './params.ts'

/**
 * The request that a URL names, as this person may see it.
 * @throws Response 404: no such request, or not theirs to see
 */
export async function loadRequest(context: RequestContext, user: SignedInUser, number: string | undefined) {
  const wanted = requestNumber(number)
  if (wanted === undefined) throw notFound()
  const request = await context.read(user, (tx) => findRequestPage(tx, user, wanted, context.deps.now()))
  if (!request) throw notFound()
  return request
}

/**
 * The draft, or the returned request, that a URL names.
 * @throws Response 404: nothing that is being written, or not theirs
 */
export async function loadDraft(context: RequestContext, user: SignedInUser, number: string | undefined) {
  const wanted = requestNumber(number)
  if (wanted === undefined) throw notFound()
  const draft = await context.read(user, (tx) => findDraftPage(tx, user, wanted, context.deps.now()))
  if (!draft) throw notFound()
  return draft
}
