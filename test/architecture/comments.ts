import ts from 'typescript'
import { filesBelow, read, treeOf } from './sources.ts'

/**
 * The places where a comment goes over so many characters a line. Migrations never change, so theirs stay as they are.
 */
export function wideComments(folders: readonly string[], width: number): string[] {
  const files = folders.flatMap((folder) => filesBelow(folder, /\.(ts|tsx|mjs|css|fix)$/))
  return files.flatMap((path) => {
    const lines = read(path).split('\n')
    const wide = lines.flatMap((line, at) => (line.length > width && /\/\/|\*|^#/.test(line) ? [at] : []))
    if (wide.length === 0) return []
    const isComment = /\.(css|fix)$/.test(path) ? (at: number) => /^\s*(#|\/?\*)/.test(lines[at]!) : commentLines(path)
    return wide
      .filter(isComment)
      .map((at) => `${path}:${at + 1} is a comment of ${lines[at]!.length} characters a line; ${width} at most`)
  })
}

/** Whether a comment stands on a line, counted from 0. */
function commentLines(path: string): (line: number) => boolean {
  const file = treeOf(path)
  const lines = new Set<number>()
  const visit = (node: ts.Node) => {
    if (ts.isJsxText(node)) return // its slashes are text
    const around = [
      ...(ts.getLeadingCommentRanges(file.text, node.pos) ?? []),
      ...(ts.getTrailingCommentRanges(file.text, node.end) ?? []),
    ]
    for (const { pos, end } of around) {
      const last = file.getLineAndCharacterOfPosition(end).line
      for (let line = file.getLineAndCharacterOfPosition(pos).line; line <= last; line++) lines.add(line)
    }
    for (const child of node.getChildren(file)) visit(child)
  }
  visit(file)
  return (line) => lines.has(line)
}
