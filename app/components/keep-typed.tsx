import { useLocation, useNavigation } from '@remix-run/react'
import { type RefObject, useContext, useRef, useState } from 'react'
import type { Refusal } from './refusal.ts'
import {
  isSame,
  keepTyped,
  labelOf,
  readTyped,
  setValues,
  TypedBy,
  type TypedFields,
  type Values,
  valuesOf,
} from './typed.ts'
import { useWhenShown } from './when-shown.ts'

/** Text in a form that nobody has saved. */
interface PutBack {
  labels: string[]
  /** The page no longer has a field for the text, or somebody saved another value in the field. */
  notes: string[]
}

const nothing: PutBack = { labels: [], notes: [] }

/**
 * Typed text survives the page: the tab keeps the text until it is saved, and puts it back when the page is opened
 * again, whether after a reload, a new release, or a save during which the person went on typing.
 */
export function useKeptTyping(form: RefObject<HTMLFormElement>, refusal: Refusal | undefined) {
  const by = useContext(TypedBy)
  const { pathname } = useLocation()
  const navigation = useNavigation()
  /** What is saved, as far as this page knows. */
  const saved = useRef<Values>({})
  /** The person's own save was answered, and the page with the saved values is under way. */
  const isSaved = useRef(false)
  /** What is being sent, and what the page had been refused before. */
  const sent = useRef<{ values: Values; refusal: Refusal | undefined }>()
  const [putBack, setPutBack] = useState(nothing)

  useWhenShown(() => {
    const element = form.current
    if (!element) return
    saved.current = valuesOf(element)
    isSaved.current = false
    const kept = readTyped(by, pathname)
    const done = putBackInto(element, kept, saved.current)
    setPutBack(done)
    returnTo(element, pathname, done.labels.length > 0)
    return () => rememberPlace(element, pathname)
  }, [form, by, pathname])

  // an action has answered, and its answer is not a refusal: what was sent is saved, and what was typed since is not
  useWhenShown(() => {
    const element = form.current
    if (!element || !sent.current || navigation.state === 'submitting') return
    const isAnswered = navigation.state === 'idle' || navigation.formMethod !== undefined
    if (!isAnswered) return
    if (refusal === sent.current.refusal && navigation.state === 'loading') {
      saved.current = sent.current.values
      isSaved.current = true
      keep(by, pathname, element, { saved: saved.current, isSaved: true })
    }
    if (refusal !== sent.current.refusal || navigation.state === 'loading') sent.current = undefined
  }, [form, navigation, refusal, by, pathname])

  return {
    putBack,
    onChange: () => {
      if (form.current) keep(by, pathname, form.current, { saved: saved.current, isSaved: isSaved.current })
    },
    onSend: () => {
      if (form.current) sent.current = { values: valuesOf(form.current), refusal }
    },
    forget: () => {
      const element = form.current
      if (element) for (const [name, values] of Object.entries(saved.current)) setValues(element, name, values)
      keepTyped(by, pathname, {})
      setPutBack(nothing)
    },
  }
}

/** Keep every field whose value differs from the saved one. */
function keep(by: string, path: string, form: HTMLFormElement, known: { saved: Values; isSaved: boolean }): void {
  const { saved, isSaved } = known
  const before = readTyped(by, path)
  const fields: TypedFields = {}
  const values = valuesOf(form)
  // fields of a row that is not shown
  for (const [name, typed] of Object.entries(before)) if (!(name in values)) fields[name] = typed
  for (const [name, now] of Object.entries(values)) {
    const was = saved[name] ?? []
    if (isSame(now, was)) continue
    const over = isSaved ? [] : [...(before[name]?.over ?? []).filter((one) => !isSame(one, was)), was].slice(-3)
    fields[name] = { label: labelOf(form, name), values: now, over }
  }
  keepTyped(by, path, fields)
}

function putBackInto(form: HTMLFormElement, kept: TypedFields, saved: Values): PutBack {
  if (Object.keys(saved).length === 0) return nothing
  const labels: string[] = []
  const notes: string[] = []
  for (const [name, { label, values, over }] of Object.entries(kept)) {
    const now = saved[name]
    if (isSame(now, values)) continue
    if (!setValues(form, name, values)) notes.push(`${label}: “${values.join(', ')}” has no field here any more.`)
    else {
      labels.push(label)
      if (over.length > 0 && !over.some((one) => isSame(one, now)))
        notes.push(`${label} is saved as “${now?.join(', ')}” meanwhile.`)
    }
  }
  return { labels: [...new Set(labels)], notes }
}

/** Where the person was in a form that a save is about to replace. */
let place: { path: string; name: string; value: string; from: number | null; to: number | null } | undefined

function rememberPlace(form: HTMLFormElement, path: string): void {
  const at = document.activeElement
  place = undefined
  if (!form.contains(at)) return
  if (at instanceof HTMLButtonElement) place = { path, name: at.name, value: at.value, from: null, to: null }
  else if (at instanceof HTMLInputElement || at instanceof HTMLTextAreaElement)
    place = { path, name: at.name, value: at.value, from: at.selectionStart, to: at.selectionEnd }
}

/**
 * Back to the same field and letter. A person who went on typing stays there, even if something else takes the focus.
 */
function returnTo(form: HTMLFormElement, path: string, hasTypedOn: boolean): void {
  const was = place
  place = undefined
  const isTaken = document.activeElement !== document.body && document.activeElement !== null
  if (was?.path !== path || (isTaken && !hasTypedOn)) return
  const again = [...form.elements].find((element) => isPlace(element, was))
  if (!(again instanceof HTMLElement)) return
  again.focus()
  const hasLetters = again instanceof HTMLInputElement || again instanceof HTMLTextAreaElement
  if (hasLetters && was.from !== null) again.setSelectionRange(was.from, was.to)
}

function isPlace(element: Element, { name, value }: { name: string; value: string }): boolean {
  if (element instanceof HTMLButtonElement) return element.name === name && element.value === value
  if (element instanceof HTMLTextAreaElement) return element.name === name
  if (!(element instanceof HTMLInputElement) || element.type === 'hidden' || element.name !== name) return false
  return !['checkbox', 'radio'].includes(element.type) || element.value === value
}

/** Lists the restored text, which a person could otherwise take for saved. */
export function PutBackNotice({ putBack, forget }: { putBack: PutBack; forget: () => void }) {
  if (putBack.labels.length + putBack.notes.length === 0) return null
  return (
    <div role="status" className="mb-5 rounded border border-amber bg-amber-soft px-4 py-3">
      <p className="font-medium">Typed here and not saved yet</p>
      {putBack.labels.length > 0 && <p>{putBack.labels.join(', ')}: what you typed is back in its place.</p>}
      {putBack.notes.map((note) => (
        <p key={note}>{note}</p>
      ))}
      <button type="button" className="button mt-2" onClick={forget}>
        Forget what was typed
      </button>
    </div>
  )
}
