import { Link, useLocation } from '@remix-run/react'
import { writeCount } from '#domain/figures.ts'
import type { ListPage } from '#domain/list/page.ts'
import { beside, listQuery } from './address.ts'

/** "51–100 of 5,214", and the pages beside this one. */
export function Pager({ page, caption }: { page: ListPage<unknown>; caption: string }) {
  const { search } = useLocation()
  const { asked, pager } = page
  const { first, last, total, next, previous } = pager
  if (last === 0) return null
  const of = `${total.isMore ? 'more than ' : ''}${writeCount(total.rows)}`
  return (
    <nav
      aria-label={`Pages of ${caption}`}
      className="no-print mt-3 flex flex-wrap items-center gap-x-4 gap-y-2 text-table"
    >
      <span className="text-muted tabular-nums">
        {writeCount(first)}–{writeCount(last)} of {of}
      </span>
      {(previous !== null || next !== null) && (
        <span className="flex items-center gap-2">
          {previous !== null && first > 1 && <Turn to={listQuery(search, asked)} word="First" rel="first" />}
          <Turn to={previous && beside(search, asked, previous)} word="Previous" rel="prev" />
          <Turn to={next && beside(search, asked, next)} word="Next" rel="next" />
        </span>
      )}
    </nav>
  )
}

function Turn({ to, word, rel }: { to: string | null; word: string; rel: string }) {
  if (to === null)
    return (
      <span aria-hidden="true" className="px-1 text-muted opacity-60">
        {word}
      </span>
    )
  return (
    <Link to={to} rel={rel} className="link px-1">
      {word}
    </Link>
  )
}
