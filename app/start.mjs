// `npm start`: check Node, build when the sources changed, become the server.

import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

const { engines } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))
if (!engines.node.split(' || ').some(isThisNode)) {
  console.error(`Drop Copy Portal needs Node ${engines.node}; this is ${process.versions.node}.`)
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

/** A range of `engines`: `^20.19.0` is that version of 20 or a newer one of 20, `>=24.0.0` any from there on. */
function isThisNode(range) {
  const [fromMajor, fromMinor] = range
    .replace(/^(\^|>=)/, '')
    .split('.')
    .map(Number)
  const [major, minor] = process.versions.node.split('.').map(Number)
  if (range.startsWith('>=') && major > fromMajor) return true
  return major === fromMajor && minor >= fromMinor
}

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
