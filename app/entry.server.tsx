import { PassThrough } from 'node:stream'
import type { AppLoadContext, EntryContext } from '@remix-run/node'
import { createReadableStreamFromReadable } from '@remix-run/node'
import { isRouteErrorResponse, RemixServer } from '@remix-run/react'
import { isbot } from 'isbot'
import { renderToPipeableStream } from 'react-dom/server'
import { NonceContext } from './components/nonce.ts'

/** A loader that has not answered by then is cut off with an error instead of holding the connection. */
export const streamTimeout = 10_000

/** Renders the document. People get the shell as soon as it stands, robots the whole page. */
export default function handleRequest(
  request: Request,
  status: number,
  headers: Headers,
  remixContext: EntryContext,
  loadContext: AppLoadContext,
): Promise<Response> {
  const whole = isbot(request.headers.get('user-agent'))
  return new Promise((resolve, reject) => {
    let shellSent = false
    let answerStatus = status
    const body = new PassThrough()
    const send = () => {
      shellSent = true
      headers.set('Content-Type', 'text/html; charset=utf-8')
      resolve(new Response(createReadableStreamFromReadable(body), { headers, status: answerStatus }))
      pipe(body)
    }
    const { pipe, abort } = renderToPipeableStream(
      <NonceContext.Provider value={loadContext.cspNonce}>
        <RemixServer context={remixContext} url={request.url} nonce={loadContext.cspNonce} />
      </NonceContext.Provider>,
      {
        nonce: loadContext.cspNonce,
        ...(whole ? { onAllReady: send } : { onShellReady: send }),
        onShellError: reject,
        onError(error) {
          answerStatus = 500
          // a browser that left in the middle is no fault of the page
          if (shellSent && !body.destroyed) loadContext.reportError(error, request)
        },
      },
    )
    setTimeout(abort, streamTimeout + 1000).unref()
  })
}

/**
 * Remix calls this for what loaders and actions throw. A request that the browser gave up is no error of ours, and
 * neither is one for an address or a method that no page has.
 */
export function handleError(error: unknown, { request, context }: { request: Request; context: AppLoadContext }): void {
  if (isRouteErrorResponse(error) && error.status < 500) return
  if (!request.signal.aborted) context.reportError(error, request)
}
