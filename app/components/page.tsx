import { Link, NavLink, useLocation } from '@remix-run/react'
import { type ReactNode, useId } from 'react'

/** What the page is about: kind, name, identifier, its state, and the one primary action at the right. */
export function PageHead({
  kind,
  title,
  identifier,
  state,
  back,
  actions,
  children,
}: {
  kind?: string
  title: string
  identifier?: ReactNode
  state?: ReactNode
  back?: { to: string; label: string }
  actions?: ReactNode
  children?: ReactNode
}) {
  return (
    <header className="mb-5">
      {back && (
        <nav aria-label="Breadcrumb" className="no-print mb-1 text-table">
          <Link to={back.to} className="link">
            {back.label}
          </Link>
          <span aria-hidden="true" className="text-muted">
            {' / '}
          </span>
        </nav>
      )}
      <div className="flex flex-wrap items-start justify-between gap-x-6 gap-y-3">
        <div className="min-w-0">
          <div className="flex flex-wrap items-baseline gap-x-3 gap-y-1">
            <h1>
              {kind && <span className="font-normal text-muted">{kind} </span>}
              {title}
            </h1>
            {identifier && <span className="text-muted">{identifier}</span>}
            {state}
          </div>
          {children && <div className="mt-1 max-w-3xl text-muted">{children}</div>}
        </div>
        {actions && <div className="no-print flex flex-wrap items-start gap-2">{actions}</div>}
      </div>
    </header>
  )
}

/** A part of a page under its own heading. */
export function Section({
  title,
  actions,
  intro,
  id: anchor,
  children,
}: {
  title: string
  actions?: ReactNode
  intro?: ReactNode | undefined
  /** The id that links on this page jump to. */
  id?: string
  children: ReactNode
}) {
  const id = useId()
  return (
    <section id={anchor} aria-labelledby={id} className="mb-8 scroll-mt-16">
      <div className="mb-2 flex flex-wrap items-baseline justify-between gap-x-4 gap-y-1">
        <h2 id={id}>{title}</h2>
        {actions && <div className="no-print flex flex-wrap gap-3 text-table">{actions}</div>}
      </div>
      {intro && <p className="mb-2 max-w-3xl text-muted">{intro}</p>}
      {children}
    </section>
  )
}

export interface Fact {
  term: string
  value: ReactNode
}

/**
 * Names and values, one under the other; wide pages set them in two columns, and so do narrow
 * ones where all values are short (`dense`).
 */
export function Facts({ facts, dense = false }: { facts: readonly (Fact | false | undefined)[]; dense?: boolean }) {
  const columns = dense ? 'grid-cols-[minmax(0,2fr)_minmax(0,3fr)]' : ''
  const row = dense ? 'grid-cols-subgrid py-1.5' : 'py-2'
  return (
    <dl className={`grid gap-x-4 border-t border-line ${columns} sm:grid-cols-[minmax(9rem,14rem)_1fr] sm:gap-x-8`}>
      {facts.map(
        (fact) =>
          fact && (
            <div
              key={fact.term}
              className={`col-span-full grid border-b border-line sm:grid-cols-subgrid sm:py-2 ${row}`}
            >
              <dt className="text-muted">{fact.term}</dt>
              <dd className="min-w-0">{fact.value}</dd>
            </div>
          ),
      )}
    </dl>
  )
}

/** A strip of counts, each a link to the rows it counts. */
export function Counts({
  counts,
}: {
  counts: readonly { label: string; value: ReactNode; to?: string; loud?: boolean }[]
}) {
  return (
    <ul className="mb-6 flex flex-wrap gap-x-8 gap-y-3">
      {counts.map(({ label, value, to, loud }) => {
        const body = (
          <>
            <span className={`block text-title font-semibold tabular-nums ${loud ? 'text-red' : ''}`}>{value}</span>
            <span className="text-caption text-muted">{label}</span>
          </>
        )
        return (
          <li key={label}>
            {to ? (
              <Link to={to} preventScrollReset className="block rounded hover:underline">
                {body}
              </Link>
            ) : (
              body
            )}
          </li>
        )
      })}
    </ul>
  )
}

/** Tabs of one thing; each is a page of its own. */
export function Tabs({
  label,
  tabs,
}: {
  label: string
  tabs: readonly { to: string; label: string; end?: boolean; count?: number }[]
}) {
  return (
    <nav aria-label={label} className="no-print mb-5 flex flex-wrap gap-x-5 border-b border-line">
      {tabs.map((tab) => (
        <NavLink
          key={tab.to}
          to={tab.to}
          end={tab.end ?? true}
          className={({ isActive }) =>
            `-mb-px border-b-2 py-2 ${isActive ? 'border-accent font-medium text-text' : 'border-transparent text-muted hover:text-text'}`
          }
        >
          {tab.label}
          {tab.count ? <span className="text-muted"> {tab.count}</span> : null}
        </NavLink>
      ))}
    </nav>
  )
}

const noticeTone = {
  blue: 'border-blue bg-blue-soft',
  amber: 'border-amber bg-amber-soft',
  red: 'border-red bg-red-soft',
  green: 'border-green bg-green-soft',
  plain: 'border-line bg-sunken',
} as const

/** Something to know before reading on. */
export function Notice({
  tone = 'plain',
  title,
  children,
}: {
  tone?: keyof typeof noticeTone
  title?: string
  children?: ReactNode
}) {
  return (
    <div className={`mb-5 max-w-3xl rounded border-l-4 px-4 py-3 ${noticeTone[tone]}`}>
      {title && <p className="font-semibold">{title}</p>}
      {children}
    </div>
  )
}

/** A link that looks like a button and leads to a page where something is done. */
export function ButtonLink({
  to,
  kind = 'plain',
  children,
}: {
  to: string
  kind?: 'primary' | 'plain' | 'danger'
  children: ReactNode
}) {
  return (
    <Link to={to} className={`button ${kind === 'plain' ? '' : `button-${kind}`}`}>
      {children}
    </Link>
  )
}

/**
 * Acts that are not the page's first one, in a menu at its head; those that take something away look it. Opens without
 * JavaScript.
 */
export function MoreActs({
  acts,
}: {
  acts: readonly { to: string; label: string; isDanger?: boolean; disabledReason?: string | undefined }[]
}) {
  const { key } = useLocation()
  if (acts.length === 0) return null
  return (
    <details key={key} className="menu relative">
      <summary className="button">
        More
        <svg viewBox="0 0 12 12" width="10" height="10" aria-hidden="true" className="text-muted">
          <path d="m2 4 4 4 4-4" fill="none" stroke="currentColor" strokeWidth="1.5" />
        </svg>
      </summary>
      <ul className="right-0 w-60 max-sm:right-auto max-sm:left-0">
        {acts.map(({ to, label, isDanger, disabledReason }) => (
          <li key={to}>
            {disabledReason === undefined ? (
              <Link to={to} className={`menu-item ${isDanger ? 'menu-item-danger' : ''}`}>
                {label}
              </Link>
            ) : (
              <span className="block px-2.5 py-1.5 text-muted">
                {label}
                <span className="block text-caption">{disabledReason}</span>
              </span>
            )}
          </li>
        ))}
      </ul>
    </details>
  )
}

/** A link to a page where something is done; when the act is not allowed, disabled with the reason beside it. */
export function Act({
  to,
  kind = 'plain',
  disabledReason,
  children,
}: {
  to: string
  kind?: 'primary' | 'plain' | 'danger'
  disabledReason?: string | undefined
  children: ReactNode
}) {
  const id = useId()
  if (!disabledReason)
    return (
      <ButtonLink to={to} kind={kind}>
        {children}
      </ButtonLink>
    )
  return (
    <span className="inline-flex max-w-56 flex-col gap-1">
      <button type="button" disabled aria-describedby={id} className="button self-start">
        {children}
      </button>
      <span id={id} className="text-caption text-muted">
        {disabledReason}
      </span>
    </span>
  )
}
