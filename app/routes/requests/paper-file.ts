import type { LoaderFunctionArgs } from '@remix-run/node'
import { notFound, nothingToSend } from '#app/http/refusals.server.ts'
import { requireUser } from '#app/http/require-user.server.ts'
import { isUuid, requestNumber } from '#app/routes/params.ts'
import { findPaper } from '#views/request/paper.ts'

/**
 * A paper as it was attached, always as a download: content of others must not be displayed under our address. For the
 * request's owner and the exchange. A clearing firm is shown only the digest, since the paper may name sessions of
 * others.
 */
export async function loader({ params, context }: LoaderFunctionArgs) {
  const user = requireUser(context, 'request:read')
  const number = requestNumber(params.number)
  const { paperId } = params
  if (number === undefined || !isUuid(paperId)) throw notFound()
  const paper = await context.read(user, (tx) => findPaper(tx, number, paperId))
  if (!paper) throw notFound()
  return new Response(new Uint8Array(paper.content), {
    headers: {
      'Content-Type': 'application/octet-stream',
      'Content-Disposition': `attachment; filename="paper-${number}"; filename*=UTF-8''${encodeURIComponent(paper.name)}`,
      'Content-Length': String(paper.bytes),
      'Content-Security-Policy': "default-src 'none'; sandbox",
    },
  })
}

export const action = nothingToSend
