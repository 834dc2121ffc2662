import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** A document of the project, by its path in it. */
export const documentAt = (path: string): string => readFileSync(`${root}/${path}`, 'utf8')

/** The rows of the table whose first heading is `head`, cell by cell, without the heading and its rule. */
export function tableIn(document: string, head: string): string[][] {
  const lines = document.split('\n')
  const at = lines.findIndex((line) => line.startsWith(`| ${head} |`))
  if (at < 0) throw new Error(`there is no table under "${head}"`)
  const rest = lines.slice(at + 2)
  const end = rest.findIndex((line) => !line.startsWith('|'))
  return rest.slice(0, end < 0 ? undefined : end).map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  )
}
