import { Form, Link, useLocation } from '@remix-run/react'
import { useEffect, useRef } from 'react'
import { paths } from '#app/paths.ts'
import { forgetAllTyped } from './typed.ts'

export type Theme = 'system' | 'light' | 'dark'

/** Somebody the sandbox lets you continue as. */
export interface Acquaintance {
  userId: string
  name: string
  firmName: string
  role: string
  waiting: string
}

/**
 * The signed-in person, and what concerns only them: account, theme, signing out. A
 * `<details>`, so it opens without JavaScript.
 */
export function PersonMenu({
  person,
  others,
  theme,
}: {
  person: { name: string; firmId: string; firmName: string; roles: readonly string[] }
  others: readonly Acquaintance[]
  theme: Theme
}) {
  const menu = useClosingMenu()
  return (
    <details ref={menu} className="menu relative">
      <summary className="flex items-center gap-2 rounded px-2 py-1.5 hover:bg-sunken">
        <span className="text-right leading-tight">
          <span className="block font-medium">{person.name}</span>
          <span className="block text-caption text-muted max-sm:hidden">{person.firmName}</span>
        </span>
        <svg viewBox="0 0 12 12" width="10" height="10" aria-hidden="true" className="text-muted">
          <path d="m2 4 4 4 4-4" fill="none" stroke="currentColor" strokeWidth="1.5" />
        </svg>
      </summary>
      <div className="right-0 max-h-[calc(100dvh-4rem)] w-80 max-w-[calc(100vw-1.5rem)] overflow-y-auto">
        <p className="px-2.5 py-1.5 text-caption text-muted">
          {person.firmName}: {person.roles.join(', ')}
        </p>
        <Link to={paths.account()} className="menu-item">
          Account
        </Link>
        <Link to={paths.firm(person.firmId)} className="menu-item">
          Your firm
        </Link>
        <ThemeSwitch theme={theme} />
        {others.length > 0 && <ContinueAs others={others} />}
        <Form method="post" action={paths.signOut()} onSubmit={forgetAllTyped} className="border-t border-line pt-1">
          <button type="submit" className="menu-item">
            Sign out
          </button>
        </Form>
      </div>
    </details>
  )
}

const themes: readonly { value: Theme; label: string }[] = [
  { value: 'system', label: 'As the system' },
  { value: 'light', label: 'Light' },
  { value: 'dark', label: 'Dark' },
]

function ThemeSwitch({ theme }: { theme: Theme }) {
  const { pathname, search } = useLocation()
  return (
    <Form
      method="post"
      action={paths.theme()}
      className="flex flex-wrap items-center gap-1 px-2.5 py-1.5"
      preventScrollReset
    >
      <span className="mr-1">Theme</span>
      <input type="hidden" name="back" value={pathname + search} />
      {themes.map(({ value, label }) => (
        <button
          key={value}
          type="submit"
          name="theme"
          value={value}
          aria-pressed={theme === value}
          className={`rounded border px-2 py-0.5 text-caption ${theme === value ? 'border-accent bg-accent-soft text-accent-strong' : 'border-line hover:bg-sunken'}`}
        >
          {label}
        </button>
      ))}
    </Form>
  )
}

function ContinueAs({ others }: { others: readonly Acquaintance[] }) {
  return (
    <Form method="post" action={paths.continueAs()} className="border-t border-line py-1">
      <p className="px-2.5 py-1 text-caption text-muted">Continue as…</p>
      {others.map((other) => (
        <button
          key={other.userId}
          type="submit"
          name="userId"
          value={other.userId}
          className="menu-item flex-col items-start gap-0"
        >
          <span>
            {other.name}, {other.firmName}
          </span>
          <span className="text-caption text-muted">
            {other.role}
            {other.waiting && `: ${other.waiting}`}
          </span>
        </button>
      ))}
    </Form>
  )
}

/** Closes an open menu on Escape, on a press outside it, and when the page changes. */
function useClosingMenu() {
  const menu = useRef<HTMLDetailsElement>(null)
  const { key } = useLocation()
  // biome-ignore lint/correctness/useExhaustiveDependencies: the key is what closes it
  useEffect(() => {
    menu.current?.removeAttribute('open')
  }, [key])
  useEffect(() => {
    const close = (event: Event) => {
      const open = menu.current
      if (!open?.open) return
      // a pointer event's target is a node
      if (event instanceof KeyboardEvent ? event.key !== 'Escape' : open.contains(event.target as Node)) return
      open.removeAttribute('open')
      if (event instanceof KeyboardEvent) open.querySelector('summary')?.focus()
    }
    document.addEventListener('keydown', close)
    document.addEventListener('pointerdown', close)
    return () => {
      document.removeEventListener('keydown', close)
      document.removeEventListener('pointerdown', close)
    }
  }, [])
  return menu
}
