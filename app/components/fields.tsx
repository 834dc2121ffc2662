import {
  type FormEvent,
  type InputHTMLAttributes,
  type ReactNode,
  type SelectHTMLAttributes,
  useId,
  useState,
} from 'react'
import { writeCount } from '#domain/figures.ts'
import { useField } from './form.tsx'

interface Labelled {
  name: string
  label: string
  hint?: ReactNode
}

/** Label, hint, control, and a line kept free for the error, so that nothing moves when it comes. */
function Field({
  id,
  label,
  hint,
  error,
  required,
  length,
  children,
}: {
  id: string
  label: string
  hint?: ReactNode
  error: string | undefined
  required: boolean
  length?: Length
  children: ReactNode
}) {
  return (
    <div>
      <label htmlFor={id} className={`block font-medium ${required ? 'required' : ''}`}>
        {label}
      </label>
      {hint && (
        <p id={`${id}-hint`} className="mb-1 text-caption text-muted">
          {hint}
        </p>
      )}
      <div className="mt-1">{children}</div>
      <ErrorLine id={id} error={error} length={length} />
    </div>
  )
}

function ErrorLine({ id, error, length }: { id: string; error: string | undefined; length?: Length | undefined }) {
  return (
    <div className="flex min-h-5 justify-between gap-3 pt-0.5 text-caption">
      <p id={`${id}-error`} className="text-red">
        {error}
      </p>
      {length && length.used > 0.8 * length.most && (
        <p className={`tabular-nums ${length.used > length.most ? 'font-medium text-red' : 'text-muted'}`}>
          {writeCount(length.used)} of {writeCount(length.most)} characters
        </p>
      )}
    </div>
  )
}

/** Characters in a field, and how many it may have. */
interface Length {
  used: number
  most: number
}

/**
 * Counts what is typed where a field has a limit. The browser is not told of the limit, because it would cut what is
 * pasted without a word: the counter says how far one has gone, and the server refuses what is too long.
 */
function useLength(most: number | undefined, start: unknown) {
  const [used, setUsed] = useState(String(start ?? '').length)
  return {
    length: most === undefined ? undefined : { used, most },
    onInput: ({ currentTarget }: FormEvent<HTMLInputElement | HTMLTextAreaElement>) =>
      setUsed(currentTarget.value.length),
  }
}

const describedBy = (id: string, hint: unknown, error: string | undefined) =>
  [hint ? `${id}-hint` : '', error ? `${id}-error` : ''].filter(Boolean).join(' ') || undefined

type TextFieldProps = Labelled &
  Omit<InputHTMLAttributes<HTMLInputElement>, 'name' | 'id' | 'className'> & { mono?: boolean }

/** One line of text; the browser checks the given HTML constraints, and the server checks again. */
export function TextField(props: TextFieldProps) {
  const { name, label, hint, defaultValue, mono = false, required = false, maxLength, ...rest } = props
  const { id, error, typed } = useField(name)
  const { length, onInput } = useLength(maxLength, typed?.[0] ?? defaultValue)
  return (
    <Field id={id} label={label} hint={hint} error={error} required={required} {...(length && { length })}>
      <input
        {...rest}
        onInput={onInput}
        id={id}
        name={name}
        required={required}
        defaultValue={typed?.[0] ?? defaultValue}
        aria-invalid={error ? true : undefined}
        aria-describedby={describedBy(id, hint, error)}
        className={`control ${mono ? 'mono' : ''}`}
      />
    </Field>
  )
}

/** One file. A browser with JavaScript says at once that one is too large; the server looks at what is in it. */
export function FileField({
  name,
  label,
  hint,
  accept,
  maxBytes,
}: Labelled & {
  accept: string
  maxBytes: number
}) {
  const { id, error } = useField(name)
  return (
    <Field id={id} label={label} hint={hint} error={error} required>
      <input
        type="file"
        id={id}
        name={name}
        accept={accept}
        required
        aria-invalid={error ? true : undefined}
        aria-describedby={describedBy(id, hint, error)}
        className="control py-1.5 file:mr-3 file:rounded file:border file:border-line file:bg-transparent file:px-2"
        onChange={({ currentTarget }) => {
          const tooLarge = [...(currentTarget.files ?? [])].some((file) => file.size > maxBytes)
          currentTarget.setCustomValidity(tooLarge ? `At most ${maxBytes / 1024 / 1024} MB.` : '')
          if (tooLarge) currentTarget.reportValidity()
        }}
      />
    </Field>
  )
}

/** Several lines of text. */
export function TextArea({
  name,
  label,
  hint,
  required = false,
  defaultValue,
  rows = 3,
  maxLength = 2000,
}: Labelled & {
  required?: boolean
  defaultValue?: string
  rows?: number
  maxLength?: number
}) {
  const { id, error, typed } = useField(name)
  const { length, onInput } = useLength(maxLength, typed?.[0] ?? defaultValue)
  return (
    <Field id={id} label={label} hint={hint} error={error} required={required} {...(length && { length })}>
      <textarea
        onInput={onInput}
        id={id}
        name={name}
        rows={rows}
        required={required}
        defaultValue={typed?.[0] ?? defaultValue}
        aria-invalid={error ? true : undefined}
        aria-describedby={describedBy(id, hint, error)}
        className="control"
      />
    </Field>
  )
}

type SelectProps = Labelled & Omit<SelectHTMLAttributes<HTMLSelectElement>, 'name' | 'id' | 'className'>

/** One option from a list; pass `<option>`s. */
export function Select({ name, label, hint, defaultValue, required = false, children, ...rest }: SelectProps) {
  const { id, error, typed } = useField(name)
  return (
    <Field id={id} label={label} hint={hint} error={error} required={required}>
      <select
        {...rest}
        id={id}
        name={name}
        required={required}
        defaultValue={typed?.[0] ?? defaultValue}
        aria-invalid={error ? true : undefined}
        aria-describedby={describedBy(id, hint, error)}
        className="control"
      >
        {children}
      </select>
    </Field>
  )
}

interface Choice {
  value: string
  label: ReactNode
  hint?: ReactNode
  /** Why the option may not be chosen; shown beside it. */
  disabledReason?: string | undefined
}

interface ChoicesProps {
  name: string
  legend: string
  hint?: ReactNode
  choices: readonly Choice[]
  chosen?: readonly string[]
  hideLegend?: boolean
}

/** Any number of options from a list. Posts `name` once for each checked one. */
export const Checkboxes = (props: ChoicesProps) => <Choices type="checkbox" {...props} />

/** Exactly one option from a short list. */
export const Radios = (props: ChoicesProps & { required?: boolean }) => <Choices type="radio" {...props} />

function Choices({
  type,
  name,
  legend,
  hint,
  choices,
  chosen = [],
  hideLegend,
  required,
}: ChoicesProps & {
  type: 'checkbox' | 'radio'
  required?: boolean
}) {
  const { id, error, typed, refused } = useField(name)
  const checked = typed ?? (refused && type === 'checkbox' ? [] : chosen)
  return (
    <fieldset id={id} tabIndex={-1} aria-describedby={describedBy(id, hint, error)} className="min-w-0">
      <legend className={hideLegend ? 'sr-only' : `font-medium ${required ? 'required' : ''}`}>{legend}</legend>
      {hint && (
        <p id={`${id}-hint`} className="text-caption text-muted">
          {hint}
        </p>
      )}
      <div className="mt-1 grid gap-1">
        {choices.map((choice) => (
          <ChoiceRow
            key={choice.value}
            type={type}
            name={name}
            choice={choice}
            checked={checked.includes(choice.value)}
            required={required ?? false}
          />
        ))}
      </div>
      <ErrorLine id={id} error={error} />
    </fieldset>
  )
}

function ChoiceRow({
  type,
  name,
  choice,
  checked,
  required,
}: {
  type: 'checkbox' | 'radio'
  name: string
  choice: Choice
  checked: boolean
  required: boolean
}) {
  const id = useId()
  const disabled = choice.disabledReason !== undefined
  return (
    <div className="flex items-start gap-2.5 py-1">
      <input
        type={type}
        id={id}
        name={name}
        value={choice.value}
        defaultChecked={checked}
        disabled={disabled}
        required={type === 'radio' && required}
        aria-describedby={choice.hint || disabled ? `${id}-more` : undefined}
        className="tick mt-0.5"
      />
      <div className="min-w-0">
        <label htmlFor={id} className={disabled ? 'text-muted' : ''}>
          {choice.label}
        </label>
        {(choice.hint || disabled) && (
          <p id={`${id}-more`} className="text-caption text-muted">
            {choice.disabledReason ?? choice.hint}
          </p>
        )}
      </div>
    </div>
  )
}
