import { Form, Link, NavLink } from '@remix-run/react'
import type { ReactNode } from 'react'
import { paths } from '#app/paths.ts'
import { type Environment, environmentNames } from '#domain/reference/environment.ts'
import { useConnection } from './connection.ts'
import { LeftUnsaved } from './left-unsaved.tsx'
import { type Acquaintance, PersonMenu, type Theme } from './person-menu.tsx'
import { DoneNotice, type Said } from './said.tsx'
import { SearchField } from './search/search-field.tsx'
import { Clock } from './time.tsx'
import { TypedBy } from './typed.ts'
import { WaitingBar } from './waiting-bar.tsx'

export interface RailEntry {
  to: string
  label: string
  /** How many items wait there for this person. */
  waiting?: number
}

interface FrameProps {
  environment: Environment
  /** The environments of this installation; a switch when there is more than one. */
  environments: readonly Environment[]
  rail: readonly RailEntry[]
  person: { name: string; firmId: string; firmName: string; roles: readonly string[] }
  /** Whom the person may continue as; sandbox only. */
  others: readonly Acquaintance[]
  theme: Theme
  said: Said | null
  /** Above every page. */
  strip: ReactNode
  children: ReactNode
}

/** Rail, top bar and the page. Under 768 px the rail is a menu in the bar. */
export function Frame({ environment, environments, rail, person, others, theme, said, strip, children }: FrameProps) {
  return (
    <div className="min-h-dvh">
      <SkipLink />
      <header className="no-print sticky top-0 z-20 border-b border-line bg-surface">
        <EnvironmentStripe environment={environment} />
        <div className="flex h-12 items-center gap-3 px-3 md:px-4">
          <RailMenu rail={rail} />
          <Link to={paths.status()} className="font-semibold whitespace-nowrap text-text">
            <span className="max-sm:sr-only">Drop Copy Portal</span>
            <span aria-hidden="true" className="sm:hidden">
              DCP
            </span>
          </Link>
          <EnvironmentSwitch environment={environment} environments={environments} />
          <SearchField />
          <div className="grow max-md:hidden" />
          <span className="text-table text-muted max-sm:hidden">
            <Clock />
          </span>
          <PersonMenu person={person} others={others} theme={theme} />
        </div>
      </header>
      <div className="flex">
        <nav
          aria-label="Portal"
          className="no-print sticky top-13 hidden h-[calc(100dvh-3.25rem)] w-48 shrink-0 overflow-y-auto border-r border-line px-2 py-4 md:block"
        >
          <RailList rail={rail} />
        </nav>
        <TypedBy.Provider value={`${person.name}, ${person.firmName}`}>
          <Main said={said}>
            {strip}
            {children}
          </Main>
        </TypedBy.Provider>
      </div>
    </div>
  )
}

/** The page for somebody who is not signed in: no rail, nothing to choose. */
export function BareFrame({ environment, children }: { environment: Environment | undefined; children: ReactNode }) {
  return (
    <div className="min-h-dvh">
      <SkipLink />
      <header className="no-print border-b border-line bg-surface">
        {environment && <EnvironmentStripe environment={environment} />}
        <div className="mx-auto flex h-12 max-w-3xl items-center gap-3 px-4 md:px-6">
          <span className="font-semibold">Drop Copy Portal</span>
          {environment && <EnvironmentBadge environment={environment} />}
        </div>
      </header>
      <div className="mx-auto max-w-3xl">
        <Main>{children}</Main>
      </div>
    </div>
  )
}

function Main({ said = null, children }: { said?: Said | null; children: ReactNode }) {
  const isStale = useConnection().trouble !== undefined
  return (
    <>
      <main
        id="main"
        tabIndex={-1}
        data-stale={isStale || undefined}
        className="@container/page min-w-0 grow px-4 pt-5 pb-16 outline-none md:px-6"
      >
        <div className="max-w-7xl">
          <DoneNotice said={said} />
          <LeftUnsaved />
          {children}
        </div>
      </main>
      <WaitingBar />
    </>
  )
}

const SkipLink = () => (
  <a href="#main" className="button button-primary absolute top-1 left-1 z-40 -translate-y-20 focus:translate-y-0">
    Skip to the page
  </a>
)

function RailMenu({ rail }: { rail: readonly RailEntry[] }) {
  const waiting = rail.reduce((sum, entry) => sum + (entry.waiting ?? 0), 0)
  return (
    <details className="menu relative md:hidden">
      <summary className="button h-9 px-2.5">
        <span className="sr-only">Menu</span>
        <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
          <path d="M1 3h14M1 8h14M1 13h14" stroke="currentColor" strokeWidth="1.5" />
        </svg>
        {waiting > 0 && (
          <span className="text-caption text-accent">
            {waiting}
            <span className="sr-only"> waiting for you</span>
          </span>
        )}
      </summary>
      <nav aria-label="Portal, small screen" className="left-0 w-56">
        <RailList rail={rail} />
      </nav>
    </details>
  )
}

function RailList({ rail }: { rail: readonly RailEntry[] }) {
  return (
    <ul className="grid gap-0.5">
      {rail.map((entry) => (
        <li key={entry.to}>
          <NavLink
            to={entry.to}
            end={entry.to === paths.status()}
            className={({ isActive }) =>
              `flex items-center justify-between rounded px-2.5 py-1.5 ${isActive ? 'bg-accent-soft font-medium text-accent-strong' : 'text-text hover:bg-sunken'}`
            }
          >
            {entry.label}
            {entry.waiting ? (
              <span className="rounded-full bg-accent px-1.5 text-caption font-medium text-on-accent">
                {entry.waiting}
                <span className="sr-only"> waiting for you</span>
              </span>
            ) : null}
          </NavLink>
        </li>
      ))}
    </ul>
  )
}

const stripe: Record<Environment, string> = {
  production: 'bg-red',
  certification: 'bg-violet',
  sandbox: 'bg-amber',
}
const badge: Record<Environment, string> = {
  production: 'border-red bg-red-soft text-red',
  certification: 'border-violet bg-violet-soft text-violet',
  sandbox: 'border-amber bg-amber-soft text-amber',
}

const EnvironmentStripe = ({ environment }: { environment: Environment }) => (
  <div className={`h-1 ${stripe[environment]}`} aria-hidden="true" />
)

const EnvironmentBadge = ({ environment }: { environment: Environment }) => (
  <span className={`rounded border px-2 py-0.5 text-caption font-semibold ${badge[environment]}`}>
    {environmentNames[environment]}
  </span>
)

/** The environment that every page shows, with a menu of the other ones, if any. */
function EnvironmentSwitch({ environment, environments }: Pick<FrameProps, 'environment' | 'environments'>) {
  const others = environments.filter((one) => one !== environment)
  if (others.length === 0) return <EnvironmentBadge environment={environment} />
  return (
    <details className="menu relative">
      <summary className="flex items-center gap-1">
        <EnvironmentBadge environment={environment} />
        <span className="sr-only">Change environment</span>
        <svg viewBox="0 0 12 12" width="10" height="10" aria-hidden="true" className="text-muted">
          <path d="m2 4 4 4 4-4" fill="none" stroke="currentColor" strokeWidth="1.5" />
        </svg>
      </summary>
      <Form method="post" action={paths.environment()} className="left-0 w-40">
        {others.map((one) => (
          <button key={one} type="submit" name="environment" value={one} className="menu-item">
            {environmentNames[one]}
          </button>
        ))}
      </Form>
    </details>
  )
}
