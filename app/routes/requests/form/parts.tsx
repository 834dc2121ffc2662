import type { ReactNode } from 'react'
import { CommandForm, FormActions, Submit } from '#app/components/form.tsx'
import type { StepProps } from './form.tsx'

/** A step's form: knows the version it was loaded with, saves and goes on, or saves and leaves. */
export function DraftForm({
  draft,
  commandId,
  refusal,
  children,
}: Pick<StepProps, 'draft' | 'commandId' | 'refusal'> & {
  children: ReactNode
}) {
  return (
    <CommandForm commandId={commandId} refusal={refusal} className="max-w-2xl">
      <input type="hidden" name="version" value={draft.version} />
      <input type="hidden" name="kind" value={draft.kind} />
      {/* Enter presses the first button of a form: it must be this one, never "Remove". */}
      <button type="submit" name="intent" value="next" hidden />
      {children}
      <FormActions>
        <Submit name="intent" value="next" busyWord="Saving…">
          Save and continue
        </Submit>
        <Submit name="intent" value="leave" kind="plain" noValidate busyWord="Saving…">
          Save and leave
        </Submit>
      </FormActions>
    </CommandForm>
  )
}
