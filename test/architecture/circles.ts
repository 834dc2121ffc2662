import { importsOf, resolve, sourcesBelow } from './sources.ts'

type Edge = { to: string; place: string }

/**
 * The circles of imports that are still there once the types are stripped: files in a circle see each other half
 * loaded. Each circle is told once, as the shortest way around that begins at its first file.
 */
export function importCircles(folders: readonly string[]): string[] {
  const files = folders.flatMap(sourcesBelow)
  const known = new Set(files)
  const edges = new Map(files.map((file) => [file, valueImports(file).filter(({ to }) => known.has(to))]))
  const told = new Set<string>()
  return files.flatMap((file) => {
    if (told.has(file)) return []
    const circle = wayAround(file, edges)
    if (circle.length === 0) return []
    for (const { to } of circle) told.add(to)
    return [`${file} imports itself: ${circle.map(({ to, place }) => `${place} imports ${to}`).join(', ')}`]
  })
}

const valueImports = (file: string): Edge[] =>
  importsOf(file).flatMap(({ specifier, isErased, place }) => {
    const to = isErased ? undefined : resolve(file, specifier)
    return to === undefined ? [] : [{ to, place }]
  })

/** The shortest way from a file back to itself; empty when there is none. */
function wayAround(start: string, edges: ReadonlyMap<string, readonly Edge[]>): Edge[] {
  const cameBy = new Map<string, { from: string; edge: Edge }>()
  const next = [start]
  for (let from = next.shift(); from !== undefined; from = next.shift())
    for (const edge of edges.get(from) ?? []) {
      if (!cameBy.has(edge.to)) {
        cameBy.set(edge.to, { from, edge })
        next.push(edge.to)
      }
      if (edge.to === start) return wayBack(start, cameBy)
    }
  return []
}

function wayBack(start: string, cameBy: ReadonlyMap<string, { from: string; edge: Edge }>): Edge[] {
  const way: Edge[] = []
  let at = start
  do {
    const step = cameBy.get(at)!
    way.unshift(step.edge)
    at = step.from
  } while (at !== start)
  return way
}
