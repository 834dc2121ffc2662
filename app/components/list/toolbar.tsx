import { Form, Link, useLocation } from '@remix-run/react'
import type { ReactNode } from 'react'
import { everyRow } from '#domain/list/ask.ts'
import type { ListPage, RowCount } from '#domain/list/page.ts'
import { listQuery, writeRowCount } from './address.ts'

/** A filter as chips: the words that it offers, each with its number of rows where that is known. */
export interface Chips {
  name: string
  /** What is filtered by, for people who do not see the chips side by side. */
  label: string
  words: readonly { word: string; label: string; count?: RowCount | undefined }[]
}

/** A filter with more words than chips have room for: a list beside the search. */
export interface Choice {
  name: string
  /** The option that chooses every row: "All kinds". */
  every: string
  words: readonly { word: string; label: string }[]
}

/** A filter that a link from another page chose, and that can be taken away here. */
export interface Only {
  name: string
  label: string
}

/** What is asked of the list, and how to ask for something else: links and a form, which work without JavaScript. */
export function Toolbar({
  asked,
  searchLabel,
  chips,
  choices,
  only,
  csv,
  children,
}: {
  asked: ListPage<unknown>['asked']
  /** What the search looks at: "Number, group, firm or person". */
  searchLabel: string
  chips: readonly Chips[]
  choices: readonly Choice[]
  only: readonly Only[]
  /** Where the list is as CSV. */
  csv?: string | undefined
  /** The menu of columns. */
  children?: ReactNode
}) {
  const { search } = useLocation()
  return (
    <div className="no-print mb-3 flex flex-wrap items-center gap-x-4 gap-y-2">
      <Search key={JSON.stringify(asked)} asked={asked} label={searchLabel} choices={choices} />
      {chips.map((one) => (
        <ChipRow key={one.name} chips={one} asked={asked} />
      ))}
      {only.map(({ name, label }) => (
        <Link
          key={name}
          to={listQuery(search, asked, { [name]: null })}
          preventScrollReset
          className="chip chip-chosen"
        >
          {label}
          <span aria-hidden="true">×</span>
          <span className="sr-only">, show all</span>
        </Link>
      ))}
      <span className="ml-auto flex items-center gap-3 text-table">
        {children}
        {csv && (
          <a href={csv + listQuery(search, asked)} download className="link">
            CSV
          </a>
        )}
      </span>
    </div>
  )
}

function Search({
  asked,
  label,
  choices,
}: {
  asked: ListPage<unknown>['asked']
  label: string
  choices: readonly Choice[]
}) {
  const { pathname, search } = useLocation()
  const chosenHere = Object.fromEntries(choices.map(({ name }) => [name, null]))
  const kept = [...new URLSearchParams(listQuery(search, asked, { q: null, ...chosenHere }))]
  return (
    <Form method="get" action={pathname} role="search" className="flex min-w-0 grow gap-2 max-sm:flex-wrap sm:max-w-md">
      {kept.map(([name, value]) => (
        <input key={name} type="hidden" name={name} value={value} />
      ))}
      <input
        type="search"
        name="q"
        defaultValue={asked.search}
        aria-label={`Search: ${label}`}
        placeholder={label}
        autoComplete="off"
        dir="auto"
        className="control min-w-0 max-sm:basis-full"
      />
      {choices.map(({ name, every, words }) => (
        <select
          key={name}
          name={name}
          aria-label={every}
          defaultValue={asked.filters[name] ?? everyRow}
          className="control w-auto shrink-0"
          onChange={({ currentTarget }) => currentTarget.form?.requestSubmit()}
        >
          <option value={everyRow}>{every}</option>
          {words.map(({ word, label: own }) => (
            <option key={word} value={word}>
              {own}
            </option>
          ))}
        </select>
      ))}
      <button type="submit" className="button">
        Search
      </button>
    </Form>
  )
}

function ChipRow({ chips, asked }: { chips: Chips; asked: ListPage<unknown>['asked'] }) {
  const { search } = useLocation()
  return (
    <ul aria-label={chips.label} className="flex flex-wrap gap-1.5">
      {chips.words.map(({ word, label, count }) => {
        const isChosen = (asked.filters[chips.name] ?? everyRow) === word
        return (
          <li key={word}>
            <Link
              to={listQuery(search, asked, { [chips.name]: word })}
              preventScrollReset
              aria-current={isChosen ? 'true' : undefined}
              className={`chip ${isChosen ? 'chip-chosen' : ''}`}
            >
              {label}
              {count !== undefined && <span className="tabular-nums opacity-75">{writeRowCount(count)}</span>}
            </Link>
          </li>
        )
      })}
    </ul>
  )
}
