// `npm start`: check Node, build when the sources changed, become the server.

import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

const wanted = [20, 19]
const [major, minor] = process.versions.node.split('.').map(Number)
if (major < wanted[0] || (major === wanted[0] && minor < wanted[1])) {
  console.error(`Drop Copy Portal needs Node ${wanted.join('.')} or newer; this is ${process.versions.node}.`)
  process.exit(2)
}

process.env.NODE_ENV = 'production'
process.setSourceMapsEnabled(true)

const { buildAll, isBuilt, root, sourceDigest } = await import('./build.mjs')
const digest = sourceDigest()
if (!isBuilt(digest)) {
  const from = Date.now()
  console.error('Building (once, until the sources change) …')
  await buildAll(digest)
  console.error(`Built in ${((Date.now() - from) / 1000).toFixed(1)} s.`)
}
await import(pathToFileURL(join(root, 'build/server.js')).href)
