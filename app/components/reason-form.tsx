import { Link } from '@remix-run/react'
import type { ReactNode } from 'react'
import { TextArea } from './fields.tsx'
import { CommandForm, FormActions, Submit } from './form.tsx'
import type { Refusal } from './refusal.ts'

/** The form of a consequential act: says above what will happen, asks for the reason, and offers a way back. */
export function ReasonForm({
  commandId,
  refusal,
  act,
  danger = false,
  hint,
  required = true,
  label = 'Reason',
  back,
  children,
}: {
  commandId: string
  refusal: Refusal | undefined
  /** What the button says. */
  act: string
  danger?: boolean
  hint: ReactNode
  required?: boolean
  label?: string
  back: string
  /** Further fields, before the reason. */
  children?: ReactNode
}) {
  return (
    <CommandForm commandId={commandId} refusal={refusal}>
      {children}
      <TextArea name="reason" label={label} hint={hint} required={required} maxLength={1000} />
      <FormActions>
        <Submit kind={danger ? 'danger' : 'primary'}>{act}</Submit>
        <Link to={back} className="button">
          Cancel
        </Link>
      </FormActions>
    </CommandForm>
  )
}
