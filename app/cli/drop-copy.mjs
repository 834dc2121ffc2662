#!/usr/bin/env node
// The command line: the bundle where it was built from these sources, the sources themselves (through tsx) otherwise.
import { existsSync } from 'node:fs'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { isBuilt, sourceDigest } from '../build.mjs'

process.setSourceMapsEnabled(true)
const bundle = fileURLToPath(new URL('../../build/cli.js', import.meta.url))
if (existsSync(bundle) && isBuilt(sourceDigest())) await import(pathToFileURL(bundle).href)
else {
  const { register } = await import('tsx/esm/api')
  register()
  await import('./main.ts')
}
