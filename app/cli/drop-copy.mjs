#!/usr/bin/env node
// The command line: prints help at once, from its text. Otherwise runs the bundle if it was built from these sources,
// and else the sources (through tsx).
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath, pathToFileURL } from 'node:url'

const help = helpAskedFor(process.argv.slice(2))
if (help !== undefined && existsSync(help)) process.stdout.write(readFileSync(help))
else await load()

/** The file with the text that is asked for. Help needs no build and no compiler. */
function helpAskedFor([name, ...rest]) {
  const isAsked = (word) => word === '--help' || word === '-h'
  const about = name === 'help' || isAsked(name) ? 'drop-copy' : rest.some(isAsked) ? name : ''
  return /^[a-z-]+$/.test(about) ? new URL(`help/${about}.txt`, import.meta.url) : undefined
}

async function load() {
  process.setSourceMapsEnabled(true)
  const { isBuilt, sourceDigest } = await import('../build.mjs')
  const bundle = fileURLToPath(new URL('../../build/cli.js', import.meta.url))
  if (existsSync(bundle) && isBuilt(sourceDigest())) return import(pathToFileURL(bundle).href)
  const { register } = await import('tsx/esm/api')
  register()
  return import('./main.ts')
}
