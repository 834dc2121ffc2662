import { Form, useNavigation } from '@remix-run/react'
import { createContext, type ReactNode, useContext, useRef } from 'react'
import { PutBackNotice, useKeptTyping } from './keep-typed.tsx'
import type { Refusal } from './refusal.ts'
import { useWhenShown } from './when-shown.ts'

const RefusalContext = createContext<Refusal | undefined>(undefined)

/** The id of a field's control, so that the error summary can link to it. */
const fieldId = (name: string) => `field-${name.replace(/[^\w-]/g, '-')}`

/** A field's error and what was typed into it before the page came back. */
export function useField(name: string) {
  const refusal = useContext(RefusalContext)
  const path = name.replace(/\[\]$/, '') // `sources[]` is the list `sources`
  return {
    id: fieldId(path),
    error: refusal?.fields[path],
    typed: refusal?.typed[name],
    /** the typed values came back: a box that is not among them was not ticked */
    refused: refusal !== undefined && Object.keys(refusal.typed).length > 0,
  }
}

/**
 * A posted form: sends the command's id, shows a refusal on top with links to its fields, and keeps in every field what
 * was typed. Works without JavaScript. With JavaScript, a second press while the first is under way does nothing, and
 * unsaved text is restored when the page opens again.
 */
export function CommandForm({
  commandId,
  refusal,
  action,
  encType,
  className = 'max-w-xl',
  children,
}: {
  commandId: string
  refusal?: Refusal | undefined
  action?: string
  /** The form carries a file. */
  encType?: 'multipart/form-data'
  className?: string
  children: ReactNode
}) {
  const busy = useNavigation().state !== 'idle' // also while the page is read again after a refusal
  const form = useRef<HTMLFormElement>(null)
  const typing = useKeptTyping(form, refusal)
  return (
    <RefusalContext.Provider value={refusal}>
      <Form
        ref={form}
        method="post"
        action={action}
        encType={encType}
        className={className}
        onChange={typing.onChange}
        onSubmit={(event) => {
          if (busy) event.preventDefault()
          else typing.onSend()
        }}
      >
        <input type="hidden" name="commandId" value={commandId} />
        <ErrorSummary refusal={refusal} />
        <p className="required-note">
          <span aria-hidden="true" className="required" /> marks what must be filled in.
        </p>
        <PutBackNotice putBack={typing.putBack} forget={typing.forget} />
        {children}
      </Form>
    </RefusalContext.Provider>
  )
}

/** What was refused, on top, with a link to each field that needs another look. Takes the focus when it appears. */
function ErrorSummary({ refusal }: { refusal: Refusal | undefined }) {
  const box = useRef<HTMLDivElement>(null)
  useWhenShown(() => {
    if (refusal) box.current?.focus()
  }, [refusal])
  if (!refusal) return null
  const fields = Object.entries(refusal.fields)
  return (
    <div ref={box} role="alert" tabIndex={-1} className="mb-5 rounded border border-red bg-red-soft px-4 py-3">
      <p className="font-medium text-red">{refusal.sentence}</p>
      {fields.length > 0 && (
        <ul className="mt-1 list-disc space-y-1 pl-5">
          {fields.map(([name, message]) => (
            <li key={name}>
              <a
                href={`#${fieldId(name)}`}
                className="text-red underline"
                onClick={(event) => {
                  // following the address would be a navigation, which would remove this message
                  event.preventDefault()
                  const field = document.getElementById(fieldId(name))
                  field?.scrollIntoView({ block: 'center' })
                  field?.focus()
                }}
              >
                {message}
              </a>
            </li>
          ))}
        </ul>
      )}
    </div>
  )
}

/** Groups fields under a legend that reads like a question. */
export function Fieldset({ legend, hint, children }: { legend: string; hint?: ReactNode; children: ReactNode }) {
  return (
    <fieldset className="mt-2 mb-3 min-w-0 border-t border-line pt-4">
      <legend className="float-left mb-1 w-full font-semibold">{legend}</legend>
      <div className="clear-both">
        {hint && <p className="mb-3 text-muted">{hint}</p>}
        {children}
      </div>
    </fieldset>
  )
}

/** A button that sends its form. */
export function Submit({
  children,
  kind = 'primary',
  name,
  value,
  noValidate = false,
  busyWord,
}: {
  children: ReactNode
  kind?: 'primary' | 'danger' | 'plain'
  name?: string
  value?: string
  noValidate?: boolean
  /** The label while the form is being sent. */
  busyWord?: string
}) {
  const { state, formData } = useNavigation()
  const busy = state !== 'idle' // also while the page is read again after a refusal
  const isPressed = formData !== undefined && (name === undefined || formData.get(name) === value)
  const look = kind === 'plain' ? '' : `button-${kind}`
  return (
    <button
      type="submit"
      name={name}
      value={value}
      formNoValidate={noValidate}
      aria-disabled={busy || undefined}
      className={`button ${look}`}
    >
      {isPressed && busyWord ? busyWord : children}
    </button>
  )
}

/** The row of buttons that ends a form. */
export function FormActions({ children }: { children: ReactNode }) {
  return <div className="mt-4 flex flex-wrap items-center gap-3">{children}</div>
}
