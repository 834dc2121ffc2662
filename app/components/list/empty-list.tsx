import { Link, useLocation } from '@remix-run/react'
import type { ReactNode } from 'react'
import { everyRow } from '#domain/list/ask.ts'
import type { ListPage } from '#domain/list/page.ts'
import { listQuery } from './address.ts'
import type { Choice, Only } from './toolbar.tsx'

/** Why a list is empty: where something was asked for, each part of it with a link that takes it away. */
export function EmptyList({
  asked,
  filters,
  only,
  children,
}: {
  asked: ListPage<unknown>['asked']
  filters: readonly Pick<Choice, 'name' | 'words'>[]
  only: readonly Only[]
  /** What fills a list of which nothing was asked. */
  children: ReactNode
}) {
  const { search } = useLocation()
  const words = filters.flatMap(({ name, words }) => {
    const word = words.find((one) => one.word === asked.filters[name])
    return word ? [{ name, label: word.label }] : []
  })
  const chosen = [...words, ...only]
  if (asked.search === '' && chosen.length === 0) return <>{children}</>
  return (
    <>
      Nothing here matches what you asked for.{' '}
      {asked.search !== '' && (
        <Link to={listQuery(search, asked, { q: null })} className="link">
          Without the search “<bdi>{asked.search}</bdi>”
        </Link>
      )}
      {chosen.map(({ name, label }, index) => (
        <span key={name}>
          {(index > 0 || asked.search !== '') && ' · '}
          <Link to={listQuery(search, asked, { [name]: everyRow })} className="link">
            Without the filter “{label}”
          </Link>
        </span>
      ))}
    </>
  )
}
