import type { LoaderFunctionArgs } from '@remix-run/node'
import { notFound, nothingToSend } from '#app/http/refusals.server.ts'
import { requireUser } from '#app/http/require-user.server.ts'
import { isSessionId } from '#app/routes/params.ts'
import { clientFile } from '#services/target/client-file.ts'

/** The settings or the data dictionary of a client of this target, to be saved. */
export async function loader({ params, context }: LoaderFunctionArgs) {
  const user = requireUser(context, 'target:read')
  const { sessionId, file } = params
  if (!isSessionId(sessionId) || (file !== 'settings' && file !== 'dictionary')) throw notFound()
  const found = await context.read(user, (tx) => clientFile(tx, user, { sessionId, file }, context.deps.now()))
  if (!found.ok) throw notFound()
  return new Response(found.value.text, {
    headers: {
      'Content-Type': 'application/octet-stream',
      'Content-Disposition': `attachment; filename="${found.value.name}"`,
      'Content-Security-Policy': "default-src 'none'; sandbox",
    },
  })
}

export const action = nothingToSend
