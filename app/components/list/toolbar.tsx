import { Form, Link, useLocation } from '@remix-run/react'
import type { ReactNode } from 'react'
import { writeCount } from '#domain/figures.ts'
import { everyRow } from '#domain/list/ask.ts'
import type { ListPage } from '#domain/list/page.ts'
import { listQuery } from './address.ts'

/** A filter as chips: the words that it offers, each with its number of rows where that is known. */
export interface Chips {
  name: string
  /** What is filtered by, for people who do not see the chips side by side. */
  label: string
  words: readonly { word: string; label: string; count?: number | undefined }[]
}

/** What is asked of the list, and how to ask for something else: links and a form, which work without JavaScript. */
export function Toolbar({
  asked,
  searchLabel,
  chips,
  csv,
  children,
}: {
  asked: ListPage<unknown>['asked']
  /** What the search looks at: "Number, group, firm or person". */
  searchLabel: string
  chips: readonly Chips[]
  /** Where the list is as CSV. */
  csv?: string | undefined
  /** The menu of columns. */
  children?: ReactNode
}) {
  const { search } = useLocation()
  return (
    <div className="no-print mb-3 flex flex-wrap items-center gap-x-4 gap-y-2">
      <Search key={asked.search} text={asked.search} label={searchLabel} />
      {chips.map((one) => (
        <ChipRow key={one.name} chips={one} chosen={asked.filters[one.name]} />
      ))}
      <span className="ml-auto flex items-center gap-3 text-table">
        {children}
        {csv && (
          <a href={csv + listQuery(search)} download className="link">
            CSV
          </a>
        )}
      </span>
    </div>
  )
}

function Search({ text, label }: { text: string; label: string }) {
  const { pathname, search } = useLocation()
  const kept = [...new URLSearchParams(listQuery(search, { q: null }))]
  return (
    <Form method="get" action={pathname} role="search" className="flex min-w-0 grow gap-2 sm:max-w-sm">
      {kept.map(([name, value]) => (
        <input key={name} type="hidden" name={name} value={value} />
      ))}
      <input
        type="search"
        name="q"
        defaultValue={text}
        aria-label={`Search: ${label}`}
        placeholder={label}
        autoComplete="off"
        dir="auto"
        className="control min-w-0"
      />
      <button type="submit" className="button">
        Search
      </button>
    </Form>
  )
}

function ChipRow({ chips, chosen }: { chips: Chips; chosen: string | undefined }) {
  const { search } = useLocation()
  return (
    <ul aria-label={chips.label} className="flex flex-wrap gap-1.5">
      {chips.words.map(({ word, label, count }) => {
        const isChosen = (chosen ?? everyRow) === word
        return (
          <li key={word}>
            <Link
              to={listQuery(search, { [chips.name]: word })}
              preventScrollReset
              aria-current={isChosen ? 'true' : undefined}
              className={`chip ${isChosen ? 'chip-chosen' : ''}`}
            >
              {label}
              {count !== undefined && <span className="tabular-nums opacity-75">{writeCount(count)}</span>}
            </Link>
          </li>
        )
      })}
    </ul>
  )
}
