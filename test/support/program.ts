import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** One of our modules, ready to run with plain node. */
export type Program = { path: string; remove(): void }

/**
 * Compile a module once for a test that starts it many times in processes of their own: a start through tsx takes four
 * times as long. The file lies where node finds our packages, with the journal's thread beside it.
 * @param entry absolute path
 */
export async function compileProgram(entry: string): Promise<Program> {
  const cache = join(root, 'node_modules/.cache')
  mkdirSync(cache, { recursive: true })
  const directory = mkdtempSync(join(cache, 'test-program-'))
  const path = join(directory, `${basename(entry, '.ts')}.mjs`)
  await build({
    absWorkingDir: root,
    entryPoints: [entry],
    outfile: path,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    packages: 'external',
    sourcemap: 'inline',
    logLevel: 'warning',
  })
  cpSync(join(root, 'app/journal/writer-thread.mjs'), join(directory, 'writer-thread.mjs'))
  return { path, remove: () => rmSync(directory, { recursive: true, force: true }) }
}
