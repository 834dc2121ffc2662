import { useLocation } from '@remix-run/react'
import { createContext, useContext, useEffect, useState } from 'react'

/** The person who types: nobody else in the same tab is offered their text. */
export const TypedBy = createContext('')

/** One field whose value differs from the saved one. */
interface Typed {
  label: string
  values: string[]
  /** The saved values that the person typed over; empty when the person's own save is about to change them. */
  over: string[][]
}
export type TypedFields = Record<string, Typed>

const prefix = 'drop-copy-typed'
const keyOf = (by: string, path: string) => `${prefix} ${by} ${path}`

/**
 * In the tab's own storage, which outlives the page and ends with the tab. In a browser without such storage, only this
 * feature is lost.
 */
export function readTyped(by: string, path: string): TypedFields {
  try {
    return JSON.parse(sessionStorage.getItem(keyOf(by, path)) ?? '{}')
  } catch {
    return {}
  }
}

export function keepTyped(by: string, path: string, fields: TypedFields): void {
  try {
    if (Object.keys(fields).length > 0) sessionStorage.setItem(keyOf(by, path), JSON.stringify(fields))
    else sessionStorage.removeItem(keyOf(by, path))
  } catch {
    // full, or switched off
  }
}

/** Signing out leaves nothing behind. */
export function forgetAllTyped(): void {
  for (const key of Object.keys(sessionStorage)) if (key.startsWith(prefix)) sessionStorage.removeItem(key)
}

/** Whether text that was typed on this page is not saved. */
export const hasTyped = (by: string, path: string): boolean => Object.keys(readTyped(by, path)).length > 0

let isKeptAnyway = false

/** The page is left for itself in a newer version, in this tab: what is typed is kept, and nobody needs to be asked. */
export const leaveUnasked = (): void => {
  isKeptAnyway = true
}

/** Whether leaving the tab would end text that was typed on this page. */
export const wouldEndTyped = (by: string, path: string): boolean => !isKeptAnyway && hasTyped(by, path)

/** Which of these pages have text that was typed there and not saved. */
export function useUnsaved(paths: readonly string[]): readonly string[] {
  const by = useContext(TypedBy)
  const { key } = useLocation()
  const [unsaved, setUnsaved] = useState<readonly string[]>([])
  const all = paths.join(' ')
  // biome-ignore lint/correctness/useExhaustiveDependencies: each page that is opened looks again
  useEffect(() => {
    setUnsaved(all.split(' ').filter((path) => hasTyped(by, path)))
  }, [all, by, key])
  return unsaved
}

type Control = HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement

const isControl = (element: unknown): element is Control =>
  element instanceof HTMLInputElement || element instanceof HTMLTextAreaElement || element instanceof HTMLSelectElement

/** The controls to keep: none that is secret or hidden, and no buttons. */
const isKept = (control: Control) =>
  control.name !== '' && !['hidden', 'password', 'file', 'submit', 'button'].includes(control.type)

const isTick = (control: Control): control is HTMLInputElement =>
  control instanceof HTMLInputElement && (control.type === 'checkbox' || control.type === 'radio')

const controlsOf = (form: HTMLFormElement) => [...form.elements].filter(isControl).filter(isKept)

export type Values = Record<string, string[]>

/** What the fields of a form hold, by name. */
export function valuesOf(form: HTMLFormElement): Values {
  const values: Values = {}
  for (const control of controlsOf(form)) {
    const own = isTick(control) && !control.checked ? [] : [control.value]
    values[control.name] = [...(values[control.name] ?? []), ...own]
  }
  return values
}

/** Put values into the fields of a name. @returns false where the form has no such field */
export function setValues(form: HTMLFormElement, name: string, values: readonly string[]): boolean {
  const controls = controlsOf(form).filter((control) => control.name === name)
  for (const [index, control] of controls.entries())
    if (isTick(control)) control.checked = values.includes(control.value)
    else control.value = values[index] ?? ''
  return controls.length > 0
}

/** The field's name as the person knows it; for a checkbox, the question above it. */
export function labelOf(form: HTMLFormElement, name: string): string {
  const control = controlsOf(form).find((one) => one.name === name)
  if (!control) return name
  const group = control.closest('fieldset')?.querySelector('legend')?.innerText
  const own = control.labels?.[0]?.innerText ?? name
  return isTick(control) ? (group ?? own) : /^Person \d+$/.test(group ?? '') ? `${own} of ${group}` : own
}

export const isSame = (a: readonly string[] | undefined, b: readonly string[] | undefined): boolean =>
  JSON.stringify(a) === JSON.stringify(b)
