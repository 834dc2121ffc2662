import { constants } from 'node:zlib'
import compression from 'compression'
import type { RequestHandler } from 'express'

/**
 * Compress documents and data, never what was posted and never a page that a secret in its address opens: a password,
 * a code or a link that is shown once comes as the answer to a form, beside what was typed into it. Where both are
 * compressed together, the length of the answer tells whether they are alike (BREACH).
 */
export const compressPages: RequestHandler = compression({
  brotli: { params: { [constants.BROTLI_PARAM_QUALITY]: 5 } },
  filter: (request, response) =>
    request.method === 'GET' && !opensByItsAddress.test(request.path) && compression.filter(request, response),
})

const opensByItsAddress = /^\/(?:invitations|set-up)\//
