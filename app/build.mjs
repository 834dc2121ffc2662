// Builds everything `npm start` runs: the Remix pages (Vite) and, beside them, the server, the
// connector and the command line (esbuild).
import { createHash } from 'node:crypto'
import {
  closeSync,
  cpSync,
  existsSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { brotliCompressSync, gzipSync } from 'node:zlib'

export const root = fileURLToPath(new URL('..', import.meta.url))
const buildDir = join(root, 'build')

/** sha256 over the names and contents of everything a build depends on. */
export function sourceDigest() {
  const hash = createHash('sha256').update(process.version.split('.')[0])
  const walk = (path) => {
    for (const entry of readdirSync(join(root, path), { withFileTypes: true }).sort((a, b) =>
      a.name < b.name ? -1 : 1,
    )) {
      const child = `${path}/${entry.name}`
      if (entry.isDirectory()) walk(child)
      else
        hash
          .update(child)
          .update('\0')
          .update(readFileSync(join(root, child)))
          .update('\0')
    }
  }
  walk('app')
  walk('db')
  for (const file of ['package.json', 'package-lock.json']) hash.update(readFileSync(join(root, file)))
  return hash.digest('hex')
}

/** Whether `build/` holds exactly these sources. */
export function isBuilt(digest) {
  const stamp = join(buildDir, '.digest')
  return existsSync(stamp) && readFileSync(stamp, 'utf8') === digest
}

const alive = (pid) => {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error.code === 'EPERM'
  }
}

/** One build at a time: two starts at once share what the first one builds. Returns a function that lets go. */
async function takeBuildLock() {
  const path = join(root, 'build.lock')
  for (;;) {
    try {
      const fd = openSync(path, 'wx')
      writeFileSync(fd, String(process.pid))
      closeSync(fd)
      return () => rmSync(path, { force: true })
    } catch (error) {
      if (error.code !== 'EEXIST') throw error
    }
    const holder = existsSync(path) ? readFileSync(path, 'utf8') : ''
    if (holder !== '' && !alive(Number(holder))) rmSync(path, { force: true })
    else await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

function removeKilledBuilds() {
  for (const name of readdirSync(root)) {
    const pid = /^build\.(\d+)$/.exec(name)?.[1]
    if (pid !== undefined && !alive(Number(pid))) rmSync(join(root, name), { recursive: true, force: true })
  }
}

/**
 * Build into a directory of its own and swap it in whole, so that a build that is killed leaves the old one standing.
 */
async function buildAll() {
  const digest = sourceDigest()
  const letGo = await takeBuildLock()
  removeKilledBuilds()
  const next = `build.${process.pid}`
  try {
    if (isBuilt(digest)) return
    process.env.NODE_ENV = 'production'
    process.env.BUILD_DIRECTORY = next
    const { build: viteBuild } = await import('vite')
    const configFile = join(root, 'app/vite.config.ts')
    await viteBuild({ configFile, logLevel: 'error', mode: 'production' })
    await viteBuild({ configFile, logLevel: 'error', mode: 'production', build: { ssr: true } })
    compressAssets(join(root, next, 'client/assets'))
    await bundleNode(join(root, next))
    writeFileSync(join(root, next, '.digest'), digest)
    rmSync(buildDir, { recursive: true, force: true })
    renameSync(join(root, next), buildDir)
  } finally {
    rmSync(join(root, next), { recursive: true, force: true })
    letGo()
  }
}

/** Beside each text of the build, the same text compressed as well as it can be: `app/host/pages.ts` serves these. */
function compressAssets(directory) {
  for (const name of readdirSync(directory)) {
    if (!/\.(?:js|css|svg)$/.test(name)) continue
    const text = readFileSync(join(directory, name))
    if (text.length < 1024) continue
    writeFileSync(join(directory, `${name}.br`), brotliCompressSync(text))
    writeFileSync(join(directory, `${name}.gz`), gzipSync(text, { level: 9 }))
  }
}

async function bundleNode(outdir) {
  const entries = {
    server: 'app/server.ts',
    cli: 'app/cli/main.ts',
    guard: 'app/host/guard.ts',
  }
  const { build } = await import('esbuild')
  await build({
    absWorkingDir: root,
    entryPoints: entries,
    outdir,
    bundle: true,
    splitting: true,
    chunkNames: '[name]-[hash]',
    platform: 'node',
    target: 'node20',
    format: 'esm',
    packages: 'external',
    sourcemap: true,
    logLevel: 'warning',
  })
  // started by path as a thread, so never part of a bundle; it stands beside whichever bundle starts it
  cpSync(join(root, 'app/journal/writer-thread.mjs'), join(outdir, 'writer-thread.mjs'))
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await buildAll()
