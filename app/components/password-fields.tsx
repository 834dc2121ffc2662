import { TextField } from './fields.tsx'

/** A new password, typed twice. */
export function NewPasswordFields({ name, label }: { name: string; label: string }) {
  const field = {
    type: 'password',
    autoComplete: 'new-password',
    required: true,
    minLength: 12,
    maxLength: 500,
  } as const
  return (
    <>
      <TextField name={name} label={label} hint="At least 12 characters." {...field} />
      <TextField name="again" label={`${label} again`} {...field} />
    </>
  )
}
