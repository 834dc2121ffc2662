import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { type AppLoadContext, createRequestHandler, type ServerBuild } from '@remix-run/node'
import type { Request as ExpressRequest, Response as ExpressResponse, RequestHandler } from 'express'

/**
 * Hand a request to Remix and its answer back. Remix's own adapter streams the body from the socket; ours
 * passes the one that the body limit has collected (`response.locals.body`), and believes forwarded
 * headers only through Express's `trust proxy`.
 */
export function remixHandler(options: {
  build: ServerBuild | (() => Promise<ServerBuild>)
  mode: string
  context: (request: ExpressRequest, response: ExpressResponse) => AppLoadContext
}): RequestHandler {
  const handle = createRequestHandler(options.build, options.mode)
  return async (request, response, next) => {
    try {
      await send(response, await handle(toFetch(request, response), options.context(request, response)))
    } catch (error) {
      next(error)
    }
  }
}

function toFetch(request: ExpressRequest, response: ExpressResponse): Request {
  const aborted = new AbortController()
  // 'close' without 'finish': the browser went away before it had the answer
  response.on('close', () => response.writableFinished || aborted.abort())
  const scheme = request.secure ? 'https' : 'http'
  const url = new URL(`${scheme}://${request.headers.host ?? 'localhost'}${request.originalUrl}`)
  const body: Uint8Array<ArrayBuffer> | undefined = response.locals.body
  return new Request(url, { method: request.method, headers: headersOf(request), signal: aborted.signal, body })
}

function headersOf(request: ExpressRequest): Headers {
  const headers = new Headers()
  for (const [name, value] of Object.entries(request.headers))
    for (const one of Array.isArray(value) ? value : [value]) if (one !== undefined) headers.append(name, one)
  return headers
}

async function send(response: ExpressResponse, answer: Response): Promise<void> {
  response.status(answer.status)
  for (const [name, value] of answer.headers) response.append(name, value)
  if (!answer.body) return void response.end()
  // Remix's own way of writing does not wait for a slow browser, and would collect a long file in memory
  await pipeline(Readable.from(piecesOf(answer.body)), response).catch((error: unknown) => {
    if (!response.destroyed) throw error // a browser that has gone away needs no answer
  })
}

async function* piecesOf(body: ReadableStream<Uint8Array>) {
  const reader = body.getReader()
  let isWhole = false
  try {
    for (let piece = await reader.read(); !piece.done; piece = await reader.read()) yield piece.value
    isWhole = true
  } finally {
    if (!isWhole) await reader.cancel().catch(() => undefined)
  }
}
