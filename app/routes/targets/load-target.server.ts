import type { RequestContext, SignedInUser } from '#app/http/context.ts'
import { notFound } from '#app/http/refusals.server.ts'
import { isSessionId } from '#app/routes/params.ts'
import { findTargetPage } from '#views/target/target-page.ts'

/**
 * The target that a URL names, if this person may see it.
 * @throws Response 404: no such target, or not theirs to see
 */
export async function loadTarget(context: RequestContext, user: SignedInUser, sessionId: string | undefined) {
  if (!isSessionId(sessionId)) throw notFound()
  const target = await context.read(user, (tx) => findTargetPage(tx, user, sessionId, context.deps.now()))
  if (!target) throw notFound()
  return target
}
