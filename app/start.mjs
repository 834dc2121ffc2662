// `npm start`: check Node, build when the sources changed, become the server.

import { spawn } from 'node:child_process'
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

const { isBuilt, root, sourceDigest } = await import('./build.mjs')
if (!isBuilt(sourceDigest())) {
  const from = Date.now()
  console.error('Building (once, until the sources change) …')
  await build(join(root, 'app/build.mjs'))
  console.error(`Built in ${((Date.now() - from) / 1000).toFixed(1)} s.`)
}
await import(pathToFileURL(join(root, 'build/server.js')).href)

/**
 * In a process of its own, which takes the compilers it starts with it when it
 * ends. What it prints is no part of our stdout.
 */
async function build(program) {
  const child = spawn(process.execPath, [program], { stdio: ['ignore', 2, 2] })
  const pass = (signal) => child.kill(signal)
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP']
  for (const signal of signals) process.on(signal, pass)
  const code = await new Promise((resolve) => child.once('close', (exit) => resolve(exit ?? 1)))
  for (const signal of signals) process.off(signal, pass)
  if (code !== 0) process.exit(code)
}
