import type { LoaderFunctionArgs } from '@remix-run/node'
import { nothingToSend } from '#app/http/refusals.server.ts'
import { requireUser } from '#app/http/require-user.server.ts'
import { find } from './find.server.ts'

/** What the search field asks while somebody types. */
export async function loader({ request, context }: LoaderFunctionArgs) {
  const user = requireUser(context, 'status:read')
  return Response.json(await find(request, context, user), { headers: { 'Cache-Control': 'no-store' } })
}

export const action = nothingToSend
