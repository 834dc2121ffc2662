import { Form, Link, useLocation, useNavigate } from '@remix-run/react'
import { type KeyboardEvent, type RefObject, useEffect, useId, useRef, useState } from 'react'
import { paths } from '#app/paths.ts'
import type { Found } from '#domain/search/hits.ts'
import { longestQuestion } from '#domain/search/question.ts'
import { plural } from '../format.ts'
import { linesOf, Results } from './results.tsx'
import { useAnswers } from './use-answers.ts'

/**
 * The search of the top bar, also reached with Command-K or Ctrl-K: a form that leads to the page of results, and while
 * somebody types a list below it, moved through with the arrows. Focus stays in the field (combobox pattern). Where the
 * bar is narrow, the field is a link to the page.
 */
export function SearchField() {
  const field = useRef<HTMLInputElement>(null)
  const { box, typed, setTyped, isOpen, setOpen, close } = useField(field)
  const { found, isCurrent } = useAnswers(typed)
  const listId = useId()
  const navigate = useNavigate()
  const lines = isOpen && found ? linesOf(found, listId) : []
  const [chosen, choose] = useChosen(found, isCurrent)
  const active = lines[chosen]

  const move = (step: number) => {
    if (!isOpen) setOpen(true)
    else if (lines.length > 0)
      choose(chosen < 0 && step < 0 ? lines.length - 1 : (chosen + step + lines.length) % lines.length)
  }
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'ArrowDown') move(1)
    else if (event.key === 'ArrowUp') move(-1)
    else if (event.key === 'Escape' && isOpen && lines.length > 0) setOpen(false)
    else if (event.key === 'Escape') field.current?.blur()
    else if (event.key === 'Enter' && active) navigate(active.to)
    else return
    event.preventDefault()
  }

  return (
    <div ref={box} className="relative min-w-0 max-md:ml-auto max-md:shrink-0 md:max-w-96 md:grow">
      <Link to={paths.search()} className="button h-9 px-2.5 md:hidden">
        <span className="sr-only">Search</span>
        <Lens />
      </Link>
      <Form
        role="search"
        aria-label="Search the portal"
        method="get"
        action={paths.search()}
        onSubmit={close}
        className="relative max-md:hidden"
      >
        <span className="pointer-events-none absolute top-2.5 left-2.5 text-muted">
          <Lens />
        </span>
        <input
          ref={field}
          type="search"
          name="q"
          onInput={(event) => {
            setTyped(event.currentTarget.value)
            setOpen(true)
          }}
          onFocus={() => setOpen(true)}
          onKeyDown={onKeyDown}
          maxLength={longestQuestion}
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          dir="auto"
          placeholder="Search"
          aria-label="Search the portal"
          aria-keyshortcuts="Meta+K Control+K"
          role="combobox"
          aria-autocomplete="list"
          aria-expanded={lines.length > 0}
          aria-controls={listId}
          aria-activedescendant={active?.id}
          className="control pr-14 pl-8"
        />
        {typed === '' && <Keys />}
      </Form>
      {isOpen && found && <Results found={found} listId={listId} lines={lines} chosen={chosen} choose={choose} />}
      <span role="status" className="sr-only">
        {isOpen && found && isCurrent ? said(found) : ''}
      </span>
    </div>
  )
}

/**
 * What is typed, and whether the list is open. The list closes on a press outside it; text and list go with the page.
 */
function useField(field: RefObject<HTMLInputElement>) {
  const box = useRef<HTMLDivElement>(null)
  const [typed, setTyped] = useState('')
  const [isOpen, setOpen] = useState(false)
  const { key } = useLocation()
  const navigate = useNavigate()
  const close = () => setOpen(false)
  // biome-ignore lint/correctness/useExhaustiveDependencies: the key is what empties it
  useEffect(() => {
    setOpen(false)
    setTyped('')
    if (field.current) field.current.value = ''
  }, [key])
  useEffect(() => {
    const onPress = (event: Event) => {
      // a pointer event's target is a node
      if (!box.current?.contains(event.target as Node)) setOpen(false)
    }
    const onKey = (event: globalThis.KeyboardEvent) => {
      if (event.key.toLowerCase() !== 'k' || !(event.metaKey || event.ctrlKey) || event.altKey || event.shiftKey) return
      event.preventDefault()
      if (!field.current || field.current.offsetParent === null) return navigate(paths.search())
      field.current.focus()
      field.current.select()
    }
    document.addEventListener('pointerdown', onPress)
    document.addEventListener('keydown', onKey)
    return () => {
      document.removeEventListener('pointerdown', onPress)
      document.removeEventListener('keydown', onKey)
    }
  }, [field, navigate])
  return { box, typed, setTyped, isOpen, setOpen, close }
}

/** The keys that lead to the field, as this machine calls them: known once the page has come to life. */
function Keys() {
  const [isMac, setMac] = useState<boolean>()
  useEffect(() => setMac(/Mac|iP(hone|ad)/.test(navigator.platform)), [])
  if (isMac === undefined) return null
  return (
    <span
      aria-hidden="true"
      className="pointer-events-none absolute top-2 right-2 inline-flex items-center rounded border border-line px-1 text-caption text-muted"
    >
      {isMac ? <Command /> : 'Ctrl '}K
    </span>
  )
}

/** The sign on the command key, which not every font has. */
const Command = () => (
  <svg viewBox="0 0 16 16" width="11" height="11" aria-hidden="true" className="mr-0.5">
    <path
      d="M5.5 5.5h5v5h-5zm0 0H4A1.75 1.75 0 1 1 5.5 3.75zm5 0V3.75A1.75 1.75 0 1 1 12 5.5zm0 5H12a1.75 1.75 0 1 1-1.5 1.75zm-5 0v1.75A1.75 1.75 0 1 1 4 10.5z"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.3"
    />
  </svg>
)

const Lens = () => (
  <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
    <circle cx="7" cy="7" r="4.75" fill="none" stroke="currentColor" strokeWidth="1.5" />
    <path d="m10.5 10.5 4 4" fill="none" stroke="currentColor" strokeWidth="1.5" />
  </svg>
)

/** What a screen reader says when answers have come. */
function said({ sentence, kinds }: Found): string {
  const total = kinds.reduce((sum, one) => sum + one.total, 0)
  if (sentence) return sentence
  return total === 0 ? 'No result' : `${plural(total, 'result')}, choose with the arrows`
}

/**
 * Which line is chosen; below zero: none. An answer chooses its first line where that is the very thing that is typed.
 */
function useChosen(found: Found | null, isCurrent: boolean): [number, (line: number) => void] {
  const [moved, setMoved] = useState<{ in: Found | null; to: number }>({ in: null, to: -1 })
  const first = isCurrent && found?.kinds[0]?.isExact ? 0 : -1
  return [found && moved.in === found ? moved.to : first, (to) => setMoved({ in: found, to })]
}
