import ts from 'typescript'
import { importsOf, placeOf, read, resolve, sourcesBelow, treeOf } from './sources.ts'

type Export = { file: string; name: string; place: string; isTable: boolean }

/** What Remix and Vite read of a module by its name. */
const moduleNames = ['default', 'loader', 'action', 'meta', 'handle', 'links', 'headers', 'shouldRevalidate']
const frameworkNames: Record<string, readonly string[]> = {
  'app/root.tsx': [...moduleNames, 'Layout', 'ErrorBoundary'],
  'app/entry.server.tsx': ['default', 'handleError', 'streamTimeout'],
  'app/routes.ts': ['default'],
  'app/vite.config.ts': ['default'],
}

/**
 * The exports of app/ and db/ that no other file of app/ or db/ imports, each with its file and line. `forTests` may be
 * imported by tests alone, as `file name`; one of them that no test imports, or that the product does, is told as well.
 */
export function unusedExports(forTests: readonly string[]): string[] {
  const files = ['app', 'db'].flatMap(sourcesBelow)
  const used = usedBy(files)
  const usedInTests = usedBy(sourcesBelow('test'))
  const unused = files.flatMap(exportsOf).filter((one) => !isUsed(used, one) && !isEntry(one))
  const keys = unused.map(({ file, name }) => `${file} ${name}`)
  return [
    ...unused
      .filter(({ file, name }) => !forTests.includes(`${file} ${name}`))
      .map(({ name, place }) => `${place} exports ${name}, which nothing in app/ or db/ imports`),
    ...forTests
      .filter((key) => !keys.includes(key) || !usedInTests.has(key))
      .map((key) => `${key} is no export for tests alone: take it off the list`),
  ]
}

/** What these files import of others, as `file name`; `file *` where a file takes another whole. */
function usedBy(files: readonly string[]): ReadonlySet<string> {
  return new Set(
    files.flatMap((file) =>
      importsOf(file).flatMap(({ specifier, names }) => {
        const from = resolve(file, specifier)
        return from === undefined ? [] : names.map((name) => `${from} ${name}`)
      }),
    ),
  )
}

const isUsed = (used: ReadonlySet<string>, { file, name }: Export): boolean =>
  used.has(`${file} ${name}`) || used.has(`${file} *`)

/**
 * Whether something other than our files reads it: Remix, Vite, or drizzle-kit, which takes every table of db/schema.
 */
function isEntry({ file, name, isTable }: Export): boolean {
  if (file.startsWith('db/schema/') && isTable) return true
  if (frameworkNames[file]?.includes(name)) return true
  return moduleNames.includes(name) && read('app/routes.ts').includes(`'${file.replace(/^app\//, '')}'`)
}

/** What a file exports, by the names that others import. */
function exportsOf(path: string): Export[] {
  const file = treeOf(path)
  const made = (name: string, node: ts.Node): Export => ({
    ...{ file: path, name, place: placeOf(file, node) },
    isTable: /^dc\s*\.(table|view)\b/.test(initializerOf(node)),
  })
  return file.statements.flatMap((statement) => {
    if (ts.isExportAssignment(statement)) return [made('default', statement)]
    if (ts.isExportDeclaration(statement)) return namesExported(statement).map((name) => made(name.text, name))
    const modifiers = ts.canHaveModifiers(statement) ? (ts.getModifiers(statement) ?? []) : []
    if (!modifiers.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword)) return []
    if (modifiers.some(({ kind }) => kind === ts.SyntaxKind.DefaultKeyword)) return [made('default', statement)]
    return namesDeclared(statement).map((name) => made(name.text, name))
  })
}

/** `export { a, b as c }`, with or without `from`; of `export * from` the names are the other file's. */
function namesExported({ exportClause }: ts.ExportDeclaration): ts.ModuleExportName[] {
  if (!exportClause) return []
  return ts.isNamedExports(exportClause) ? exportClause.elements.map(({ name }) => name) : [exportClause.name]
}

function namesDeclared(statement: ts.Statement): ts.Identifier[] {
  if (ts.isVariableStatement(statement))
    return statement.declarationList.declarations.flatMap(({ name }) => namesBound(name))
  const isNamed =
    ts.isFunctionDeclaration(statement) ||
    ts.isClassDeclaration(statement) ||
    ts.isInterfaceDeclaration(statement) ||
    ts.isTypeAliasDeclaration(statement) ||
    ts.isEnumDeclaration(statement)
  return isNamed && statement.name ? [statement.name] : []
}

const namesBound = (name: ts.BindingName): ts.Identifier[] =>
  ts.isIdentifier(name)
    ? [name]
    : name.elements.flatMap((element) => (ts.isBindingElement(element) ? namesBound(element.name) : []))

const initializerOf = ({ parent }: ts.Node): string =>
  parent && ts.isVariableDeclaration(parent) ? (parent.initializer?.getText() ?? '') : ''
