import { Link } from '@remix-run/react'
import { useEffect, useRef } from 'react'
import { paths } from '#app/paths.ts'
import type { Found } from '#domain/search/hits.ts'
import { HitText } from './hit-text.tsx'
import { hitPath, kindNames } from './hits.ts'

/** A line of the list, in the order of the arrows: a result, or last the page with all of them. */
type Line = { id: string; to: string }

export function linesOf({ typed, kinds }: Found, listId: string): Line[] {
  const hits = kinds.flatMap(({ kind, hits: ofKind }) => ofKind.map(({ id }) => hitPath(kind, id)))
  return hits.length === 0 ? [] : [...hits, paths.search(typed)].map((to, index) => ({ id: `${listId}-${index}`, to }))
}

/** What was found, floating below the field. The focus stays in the field, which names the chosen line. */
export function Results({
  found,
  listId,
  lines,
  chosen,
  choose,
}: {
  found: Found
  listId: string
  lines: readonly Line[]
  chosen: number
  choose: (line: number) => void
}) {
  const list = useRef<HTMLDivElement>(null)
  useEffect(() => {
    if (chosen >= 0) list.current?.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: 'nearest' })
  }, [chosen])
  if (lines.length === 0)
    return (
      <p className="search-results px-3 py-2.5 text-muted">
        {found.sentence ?? 'Nothing that you may see has this name, code or number.'}
      </p>
    )
  const option = (index: number) => ({
    id: `${listId}-${index}`,
    role: 'option',
    tabIndex: -1,
    'aria-selected': index === chosen,
    onPointerMove: () => choose(index),
    className: 'menu-item flex-wrap gap-x-2 gap-y-0 aria-selected:bg-accent-soft',
  })
  let index = -1
  return (
    <div ref={list} id={listId} role="listbox" aria-label="Results" className="search-results p-1">
      {found.kinds.map(({ kind, hits, total }) => (
        // biome-ignore lint/a11y/useSemanticElements: a fieldset is no group of options
        <div key={kind} role="group" aria-labelledby={`${listId}-${kind}`}>
          <p id={`${listId}-${kind}`} className="px-2.5 pt-2 pb-1 text-caption font-medium text-muted">
            {kindNames[kind]}
            {total > hits.length && ` (${hits.length} of ${total})`}
          </p>
          {hits.map((hit) => {
            index++
            return (
              <Link key={hit.id} to={hitPath(kind, hit.id)} {...option(index)}>
                <span className="font-medium">
                  <HitText kind={kind} title={hit.title} />
                </span>
                <span className="text-caption text-muted">{hit.detail}</span>
              </Link>
            )
          })}
        </div>
      ))}
      <div className="mt-1 border-t border-line pt-1" role="presentation">
        <Link to={paths.search(found.typed)} {...option(lines.length - 1)}>
          All results
        </Link>
      </div>
    </div>
  )
}
