import { Checkboxes, Radios, TextArea } from '#app/components/fields.tsx'
import { Fieldset, Submit } from '#app/components/form.tsx'
import { levelNames, levels } from '#domain/group/states.ts'
import type { ChangeDocument, CloseDocument } from '#domain/request/document.ts'
import { limits } from '#domain/request/steps.ts'
import type { StepProps } from './request.form.tsx'
import { DraftForm } from './request-form-parts.tsx'
import { ContactRows } from './request-form-people.tsx'
import { SourcePicker } from './request-form-sources.tsx'
import { PreviewTables } from './request-preview.tsx'

/** A change of a group: only what is to become different is filled in. */
export function ChangeStep({ document, more, ...form }: StepProps & { document: ChangeDocument }) {
  const { draft } = form
  return (
    <DraftForm {...form}>
      <TextArea
        name="reason"
        label="Why"
        hint="Every party reads it."
        required
        maxLength={limits.reason}
        defaultValue={document.reason}
      />
      <Fieldset legend="Add sources">
        <SourcePicker draft={draft} name="addSources[]" chosen={document.addSources} />
      </Fieldset>
      <Fieldset legend="Remove sources" hint="Removed sources stop flowing when the change is applied.">
        {[...document.removeSources, { source: '', revoked: false }].map((row, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: rows have no name of their own
          <div key={index} className="grid gap-x-4 @lg/page:grid-cols-2">
            <TextArea
              name={`removeSources.${index}.source`}
              label="Source"
              rows={1}
              maxLength={12}
              defaultValue={row.source}
            />
            <Checkboxes
              name={`removeSources.${index}.revoked`}
              legend="What was sent before"
              chosen={row.revoked ? ['on'] : []}
              choices={[
                { value: 'on', label: 'And nothing again', hint: 'Copies sent before may no longer be asked for.' },
              ]}
            />
          </div>
        ))}
      </Fieldset>
      <Submit name="intent" value="stay" kind="plain" noValidate>
        Save and look up who must sign
      </Submit>
      <PreviewTables preview={draft.preview} />
      <Fieldset legend="Messages">
        <Radios
          name="level"
          legend="Message types"
          chosen={[document.level ?? '']}
          choices={[
            { value: '', label: 'As it is' },
            ...levels.map((level) => ({ value: level, label: levelNames[level] })),
          ]}
        />
        <Radios
          name="rejects"
          legend="Reject messages"
          chosen={[document.rejects === null ? '' : document.rejects ? 'on' : 'off']}
          choices={[
            { value: '', label: 'As it is' },
            { value: 'on', label: 'Copied too' },
            { value: 'off', label: 'Left out' },
          ]}
        />
      </Fieldset>
      <ContactRows draft={draft} name="addContacts" contacts={document.addContacts} more={more} required={false} />
    </DraftForm>
  )
}

/** The end of a group. */
export function CloseStep({ document, ...form }: StepProps & { document: CloseDocument }) {
  return (
    <DraftForm {...form}>
      <TextArea
        name="reason"
        label="Why the group closes"
        hint="Every party reads it. Copies still held for its targets are lost to them when it closes."
        required
        maxLength={limits.reason}
        defaultValue={document.reason}
      />
    </DraftForm>
  )
}
