import { existsSync, readdirSync } from 'node:fs'
import type { Server } from 'node:http'
import { extname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { AppLoadContext, ServerBuild } from '@remix-run/node'
import express, { type Request, type RequestHandler, type Response } from 'express'
import { remixHandler } from '../http/remix.server.ts'

interface Pages {
  development: boolean
  /** A digest of every file that a browser may load from this build; `development` where they change under way. */
  version: string
  assets: RequestHandler
  handler(context: (request: Request, response: Response) => AppLoadContext): RequestHandler
  close(): Promise<void>
}

/** The Remix build next to ours; when we run from the sources, Vite in middleware mode. */
export async function openPages(root: string, server: Server): Promise<Pages> {
  return import.meta.url.includes('/build/') ? built(root) : development(root, server)
}

async function built(root: string): Promise<Pages> {
  const build: ServerBuild = await import(pathToFileURL(join(root, 'build/server/index.js')).href)
  const assets = express.Router()
  const client = join(root, 'build/client')
  const files = join(client, 'assets')
  const kept = { immutable: true, maxAge: '1y', fallthrough: false, etag: false, lastModified: false }
  assets.use('/assets', compressed(files), express.static(files, kept))
  if (existsSync(join(client))) assets.use(express.static(client, { index: false, maxAge: '1h' }))
  return {
    development: false,
    version: build.assets.version,
    assets,
    handler: (context) => remixHandler({ build, mode: 'production', context }),
    close: async () => {},
  }
}

/** Leads to the compressed file beside a file of the build, where the browser takes one and the build made one. */
function compressed(directory: string): RequestHandler {
  const made = new Set(readdirSync(directory))
  return (request, response, next) => {
    response.vary('Accept-Encoding')
    const file = request.path.slice(1)
    const kind = (['br', 'gzip'] as const).find(
      (one) => made.has(`${file}.${endings[one]}`) && request.acceptsEncodings(one) === one,
    )
    if (kind) {
      response.type(extname(file)).setHeader('Content-Encoding', kind)
      request.url = `/${file}.${endings[kind]}`
    }
    next()
  }
}

/** What the build calls a compressed file, by its encoding. */
const endings = { br: 'br', gzip: 'gz' } as const

async function development(root: string, server: Server): Promise<Pages> {
  const { createServer } = await import('vite')
  const vite = await createServer({
    configFile: join(root, 'app/vite.config.ts'),
    server: { middlewareMode: true, hmr: { server } },
  })
  // that is what this module is
  const build = () => vite.ssrLoadModule('virtual:remix/server-build') as Promise<ServerBuild>
  return {
    development: true,
    version: 'development',
    assets: vite.middlewares,
    handler: (context) => remixHandler({ build, mode: 'development', context }),
    close: () => vite.close(),
  }
}
