import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join, posix } from 'node:path'
import ts from 'typescript'

export const root = join(import.meta.dirname, '../..')
export const read = (path: string): string => readFileSync(join(root, path), 'utf8')

/** What package.json says, as far as these tests read it. */
export const manifest: {
  imports: Record<string, string>
  scripts: Record<string, string>
  dependencies: Record<string, string>
  devDependencies: Record<string, string>
  optionalDependencies: Record<string, string>
} = JSON.parse(read('package.json'))

/** Every file below a folder whose name ends so, as a path from the project's root. */
export function filesBelow(folder: string, ending: RegExp): string[] {
  if (!existsSync(join(root, folder))) return []
  return readdirSync(join(root, folder)).flatMap((name) => {
    const path = `${folder}/${name}`
    if (statSync(join(root, path)).isDirectory()) return filesBelow(path, ending)
    return ending.test(name) ? [path] : []
  })
}
export const sourcesBelow = (folder: string): string[] => filesBelow(folder, /\.(ts|tsx|mjs)$/)

const parsed = new Map<string, ts.SourceFile>()
/** The syntax tree of a source file; read once. */
export function treeOf(path: string): ts.SourceFile {
  let tree = parsed.get(path)
  if (!tree) {
    tree = ts.createSourceFile(path, read(path), ts.ScriptTarget.ES2022, true)
    parsed.set(path, tree)
  }
  return tree
}

/** `file:line` of a node, as an editor opens it. */
export const placeOf = (file: ts.SourceFile, node: ts.Node): string =>
  `${file.fileName}:${file.getLineAndCharacterOfPosition(node.getStart(file)).line + 1}`

/** The alias of package.json that a specifier begins with: '#domain/'. */
export const aliasOf = (specifier: string): string | undefined =>
  Object.keys(manifest.imports)
    .map((pattern) => pattern.replace('*', ''))
    .find((alias) => specifier.startsWith(alias))

/** The project path that a specifier names, or undefined for a package or a builtin. */
export function resolve(file: string, specifier: string): string | undefined {
  if (specifier.startsWith('.')) return posix.join(posix.dirname(file), specifier)
  const alias = aliasOf(specifier)
  if (alias === undefined) return undefined
  return posix.join(manifest.imports[`${alias}*`]!.replace('*', ''), specifier.slice(alias.length))
}

export type Import = {
  specifier: string
  place: string
  /** Gone once the types are stripped: `import type`, `export type … from`, and `import('…')` in a type. */
  isErased: boolean
  /** The exports of the other file that this one takes; '*': any of them. */
  names: readonly string[]
}

const imported = new Map<string, Import[]>()
/** Everything that a file imports, in any of the ways there are; read once. */
export function importsOf(path: string): Import[] {
  let imports = imported.get(path)
  if (!imports) {
    imports = readImports(treeOf(path))
    imported.set(path, imports)
  }
  return imports
}

function readImports(file: ts.SourceFile): Import[] {
  const found: Import[] = []
  const keep = (node: ts.Node, one: Found | undefined) => one && found.push({ ...one, place: placeOf(file, node) })
  for (const statement of file.statements) {
    if (ts.isImportDeclaration(statement)) keep(statement, ofImport(file, statement))
    if (ts.isExportDeclaration(statement)) keep(statement, ofReExport(statement))
  }
  const visit = (node: ts.Node) => {
    if (ts.isImportTypeNode(node)) keep(node, ofImportType(node))
    if (ts.isCallExpression(node)) keep(node, ofCall(node))
    ts.forEachChild(node, visit)
  }
  if (/\bimport\(|createRequire/.test(file.text)) visit(file) // most files have neither, and need no walk
  return found
}

type Found = Omit<Import, 'place'>
const textOf = (node: ts.Node | undefined): string => (node && ts.isStringLiteralLike(node) ? node.text : '')

function ofImport(file: ts.SourceFile, node: ts.ImportDeclaration): Found {
  const clause = node.importClause
  const bindings = clause?.namedBindings
  const names = clause?.name ? ['default'] : []
  if (bindings && ts.isNamedImports(bindings)) names.push(...bindings.elements.map(exportedName))
  if (bindings && ts.isNamespaceImport(bindings)) names.push(...membersOf(file, bindings.name.text))
  return { specifier: textOf(node.moduleSpecifier), isErased: clause?.isTypeOnly ?? false, names }
}

function ofReExport(node: ts.ExportDeclaration): Found | undefined {
  if (!node.moduleSpecifier) return undefined
  const clause = node.exportClause
  const names = clause && ts.isNamedExports(clause) ? clause.elements.map(exportedName) : ['*']
  return { specifier: textOf(node.moduleSpecifier), isErased: node.isTypeOnly, names }
}

function ofImportType(node: ts.ImportTypeNode): Found {
  const specifier = ts.isLiteralTypeNode(node.argument) ? textOf(node.argument.literal) : ''
  let first: ts.EntityName | undefined = node.qualifier
  while (first && ts.isQualifiedName(first)) first = first.left
  return { specifier, isErased: true, names: [first?.text ?? '*'] }
}

/** `import('…')`; and `createRequire(…).resolve('…')`, which finds a package without loading it. */
function ofCall(node: ts.CallExpression): Found | undefined {
  const specifier = textOf(node.arguments[0])
  if (specifier === '') return undefined
  if (node.expression.kind === ts.SyntaxKind.ImportKeyword)
    return { specifier, isErased: false, names: takenFrom(node) }
  return isRequireResolve(node.expression) ? { specifier, isErased: false, names: [] } : undefined
}

const isRequireResolve = (callee: ts.Expression): boolean =>
  ts.isPropertyAccessExpression(callee) &&
  callee.name.text === 'resolve' &&
  ts.isCallExpression(callee.expression) &&
  callee.expression.expression.getText() === 'createRequire'

/** `const { a, b } = await import('…')` takes a and b; any other use may take all. */
function takenFrom(call: ts.CallExpression): string[] {
  const declaration = ts.isAwaitExpression(call.parent) ? call.parent.parent : undefined
  if (!declaration || !ts.isVariableDeclaration(declaration)) return ['*']
  if (!ts.isObjectBindingPattern(declaration.name)) return ['*']
  return declaration.name.elements.map((element) => (element.propertyName ?? element.name).getText())
}

const exportedName = (element: ts.ImportSpecifier | ts.ExportSpecifier): string =>
  (element.propertyName ?? element.name).text

/** The members of a namespace import that a file reads: `ns.a`; the namespace as a whole may give any. */
function membersOf(file: ts.SourceFile, namespace: string): string[] {
  const names: string[] = []
  const visit = (node: ts.Node) => {
    if (ts.isIdentifier(node) && node.text === namespace && !ts.isNamespaceImport(node.parent)) {
      const { parent } = node
      if (ts.isPropertyAccessExpression(parent) && parent.expression === node) names.push(parent.name.text)
      else if (ts.isQualifiedName(parent) && parent.left === node) names.push(parent.right.text)
      else if (!(ts.isPropertyAccessExpression(parent) && parent.name === node)) names.push('*')
    }
    ts.forEachChild(node, visit)
  }
  visit(file)
  return names
}
