import { paths } from '#app/paths.ts'
import type { HitKind } from '#domain/search/hits.ts'

/** What the results of a kind are called. */
export const kindNames: Record<HitKind, string> = {
  source: 'Source sessions',
  target: 'Targets',
  group: 'Groups',
  request: 'Requests',
  firm: 'Firms',
  person: 'People',
  feed: 'Feeds',
}

/** Kinds whose titles are identifiers. */
export const isIdentifier = (kind: HitKind): boolean => kind === 'source' || kind === 'target' || kind === 'feed'

const pages: Record<HitKind, (id: string) => string> = {
  source: paths.source,
  target: paths.target,
  group: paths.group,
  request: (number) => paths.request(Number(number)),
  firm: paths.firm,
  person: (email) => withSearch(paths.people(), email),
  feed: paths.feed,
}

/** The page of something found. A person has none of their own: they are found in the list of people. */
export const hitPath = (kind: HitKind, id: string): string => pages[kind](id)

/** The list that holds all that was found of a kind; null: there is none that this reader may open. */
export function listPath(kind: HitKind, typed: string, seesFirms: boolean): string | null {
  if (kind === 'source') return withSearch(paths.sessions(), typed)
  if (kind === 'group') return withSearch(paths.groups(), typed)
  if (kind === 'person') return withSearch(paths.people(), typed)
  return kind === 'firm' && seesFirms ? withSearch(paths.firms(), typed) : null
}

const withSearch = (path: string, typed: string): string => `${path}?q=${encodeURIComponent(typed)}`
