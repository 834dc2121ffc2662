import type { RequestContext, SignedInUser } from '#app/http/context.ts'
import { movedOn, notFound } from '#app/http/refusals.server.ts'
import { paths } from '#app/paths.ts'
import { requestNumber } from '#app/routes/params.ts'
import { whyBarred } from '#domain/request/barred.ts'
import { findDraftPage } from '#views/request/draft-page.ts'
import { findRequestPage } from '#views/request/request-page.ts'

/**
 * The request that a URL names, if this person may see it.
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
 * The draft or the returned request that a URL names, to be worked on.
 * @throws Response 404: no such request, or not theirs to see; 409: the request was submitted and not returned, saying
 * so
 */
export async function loadDraft(
  context: RequestContext,
  user: SignedInUser,
  number: string | undefined,
  action: 'save' | 'discard',
) {
  const wanted = requestNumber(number)
  if (wanted === undefined) throw notFound()
  const draft = await context.read(user, (tx) => findDraftPage(tx, user, wanted, context.deps.now()))
  if (draft) return draft
  const { state } = await loadRequest(context, user, number)
  if (state === 'draft') throw notFound() // this person may see the draft, but not write in it
  throw movedOn({
    title: `Request ${wanted} cannot be ${action === 'save' ? 'changed' : 'discarded'} now`,
    why: whyBarred(action, state),
    back: { to: paths.request(wanted), label: `Request ${wanted}` },
  })
}
