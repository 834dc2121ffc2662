import { existsSync } from 'node:fs'
import { builtinModules } from 'node:module'
import { join } from 'node:path'
import { filesBelow, importsOf, manifest, read, resolve, root, sourcesBelow } from './sources.ts'

const sections = ['dependencies', 'optionalDependencies', 'devDependencies'] as const
/** What an installation without the packages for development has. */
const running = { ...manifest.dependencies, ...manifest.optionalDependencies }

type Use = { name: string; place: string; file: string }

/** Each package that is listed but not used, with its line in package.json. */
export function unusedPackages(usedOtherwise: (name: string) => boolean): string[] {
  const imported = new Set([...packageImports().map(({ name }) => name), ...styleImports()])
  const isUsed = (name: string): boolean => {
    if (name.startsWith('@types/')) {
      const typed = name.slice('@types/'.length)
      return typed === 'node' || imported.has(typed)
    }
    if (imported.has(name) || usedOtherwise(name)) return true
    return commandsOf(name).some((command) => scriptCommands.has(command))
  }
  return sections
    .flatMap((section) => Object.keys(manifest[section]))
    .filter((name) => !isUsed(name))
    .map((name) => `${lineOf(`"${name}"`)} lists ${name}, which no source, style, configuration or script uses`)
}

/**
 * Each import of a package that an installation may lack: not listed at all, or for
 * development while app/ or db/ imports it.
 */
export function unlistedPackages(): string[] {
  return packageImports().flatMap(({ name, place, file }) => {
    if (name in running) return []
    const isProduct = /^(app|db)\//.test(file)
    if (isProduct) return [`${place} imports ${name}, which is not among the dependencies of package.json`]
    return name in manifest.devDependencies ? [] : [`${place} imports ${name}, which package.json does not list`]
  })
}

/** Each alias of package.json that no import begins with. */
export function unusedAliases(): string[] {
  const specifiers = sources().flatMap((file) => importsOf(file).map(({ specifier }) => specifier))
  return Object.keys(manifest.imports)
    .filter((pattern) => !specifiers.some((specifier) => specifier.startsWith(pattern.replace('*', ''))))
    .map((pattern) => `${lineOf(`"${pattern}"`)} names ${pattern}, which no source imports`)
}

const sources = (): string[] => [...['app', 'db', 'test'].flatMap(sourcesBelow), 'drizzle.config.ts']

function packageImports(): Use[] {
  return sources().flatMap((file) =>
    importsOf(file).flatMap(({ specifier, place }) => {
      const isPackage = resolve(file, specifier) === undefined && !specifier.startsWith('node:')
      return isPackage && !builtinModules.includes(specifier) ? [{ name: packageOf(specifier), place, file }] : []
    }),
  )
}

/** The package that a specifier names, without the path inside it: '@remix-run/node', 'zod'. */
const packageOf = (specifier: string): string =>
  specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/')

/** The packages that style sheets import. */
const styleImports = (): string[] =>
  filesBelow('app', /\.css$/).flatMap((file) =>
    [...read(file).matchAll(/@import ['"]([^'".][^'"]*)['"]/g)].map(([, specifier]) => packageOf(specifier!)),
  )

/** The programs that the scripts of package.json run. */
const scriptCommands = new Set(
  Object.values(manifest.scripts)
    .flatMap((script) => script.split('&&').map((command) => command.trim().replace(/^exec /, '')))
    .map((command) => command.split(' ')[0]!),
)

/** The commands that a package brings; npm names the only one after the package. */
function commandsOf(name: string): string[] {
  const path = join('node_modules', name, 'package.json')
  if (!existsSync(join(root, path))) return []
  const { bin }: { bin?: string | Record<string, string> } = JSON.parse(read(path))
  return typeof bin === 'string' ? [name.replace(/^@[^/]*\//, '')] : Object.keys(bin ?? {})
}

function lineOf(key: string): string {
  const lines = read('package.json').split('\n')
  return `package.json:${lines.findIndex((line) => line.trim().startsWith(key)) + 1}`
}
