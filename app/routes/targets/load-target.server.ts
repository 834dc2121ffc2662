import { commandLine } from '#app/http/command-line.server.ts'
import type { RequestContext, SignedInUser } from '#app/http/context.ts'
import { notFound } from '#app/http/refusals.server.ts'
import { keyFile } from '#app/routes/names.ts'
import { isSessionId } from '#app/routes/params.ts'
import type { TargetView } from '#views/group/group-view.ts'
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

/**
 * Sandbox only, since the sandbox runs on this machine: the command of our terminal client, ready to paste. The client
 * asks for a password; it reads a secret key from its file.
 */
export function clientCommand(
  context: RequestContext,
  target: Pick<TargetView, 'sessionId' | 'listen' | 'protocol' | 'credentials'>,
): string | null {
  const { sessionId, protocol } = target
  const [first, second] = target.listen
  const id = target.credentials?.find((one) => one.isLive)?.fingerprint ?? 'ID'
  if (context.mode !== 'sandbox' || !first) return null
  const backup = second ? ` --backup ${second.host}:${second.port}` : ''
  const key = protocol === 'dc4' ? ` --access-key ${id} --secret-file ${keyFile(id)}` : ''
  return `${commandLine} client --host ${first.host} --port ${first.port}${backup} --session ${sessionId}${key}`
}
