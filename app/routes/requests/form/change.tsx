import { Radios, Select, TextArea } from '#app/components/fields.tsx'
import { Fieldset } from '#app/components/form.tsx'
import { PreviewTables } from '#app/routes/requests/request-preview.tsx'
import { levelNames, levels } from '#domain/group/states.ts'
import { rejectWords } from '#domain/request/changes.ts'
import type { ChangeDocument, CloseDocument } from '#domain/request/document.ts'
import { limits } from '#domain/request/steps.ts'
import type { StepProps } from './form.tsx'
import { DraftForm } from './parts.tsx'
import { ClientAddresses, ContactRows } from './people.tsx'
import { LookUp, SourcePicker } from './sources.tsx'

/** A change of a group: the requester fills in only what should change. */
export function ChangeStep({ document, more, ...form }: StepProps & { document: ChangeDocument }) {
  const { draft } = form
  return (
    <DraftForm {...form}>
      <TextArea
        name="reason"
        label="Why"
        hint="The exchange reads it, and so do the clearing firms whose sessions are concerned."
        required
        maxLength={limits.reason}
        defaultValue={document.reason}
      />
      <Fieldset legend="Add sources">
        <SourcePicker draft={draft} name="addSources" chosen={document.addSources} taken={draft.inGroup} />
      </Fieldset>
      {draft.inGroup.length > 0 && (
        <Fieldset legend="Remove sources" hint="What is removed stops flowing when the change is applied.">
          {draft.inGroup.map((source) => (
            <Select
              key={source}
              name={`remove.${source}`}
              label={source}
              required
              defaultValue={removal(document, source)}
            >
              <option value="stays">Stays in the group</option>
              <option value="from-now-on">Remove, from now on</option>
              <option value="nothing-again">
                Remove, and nothing again: copies sent before may no longer be asked for
              </option>
            </Select>
          ))}
        </Fieldset>
      )}
      <LookUp />
      <PreviewTables preview={draft.preview} />
      <Fieldset legend="Messages">
        <Radios
          name="level"
          legend="Message types"
          chosen={[document.level ?? '']}
          choices={[
            { value: '', label: stays(draft.termsNow && levelNames[draft.termsNow.level]) },
            ...levels.map((level) => ({ value: level, label: levelNames[level] })),
          ]}
        />
        <Radios
          name="rejects"
          legend="Reject messages"
          chosen={[document.rejects === null ? '' : document.rejects ? 'on' : 'off']}
          choices={[
            { value: '', label: stays(draft.termsNow && rejectWords(draft.termsNow.rejects)) },
            { value: 'on', label: rejectWords(true) },
            { value: 'off', label: rejectWords(false) },
          ]}
        />
      </Fieldset>
      <Fieldset legend="Connection">
        <input type="hidden" name="addressesNow" value={draft.addressesNow.join(' ')} />
        <ClientAddresses name="addresses" addresses={document.addresses ?? draft.addressesNow} />
      </Fieldset>
      <ContactRows draft={draft} name="addContacts" contacts={document.addContacts} more={more} required={false} />
    </DraftForm>
  )
}

/** The choice that changes nothing says what stays. */
const stays = (now: string | null): string => (now === null ? 'No change' : `No change: ${now}`)

const removal = ({ removeSources }: ChangeDocument, source: string): string => {
  const row = removeSources.find((one) => one.source === source)
  return row ? (row.revoked ? 'nothing-again' : 'from-now-on') : 'stays'
}

/** A request to close the group. */
export function CloseStep({ document, ...form }: StepProps & { document: CloseDocument }) {
  return (
    <DraftForm {...form}>
      <TextArea
        name="reason"
        label="Why the group closes"
        hint="The exchange reads it, and so do the clearing firms whose sessions are in the group. Copies still held for its targets are lost to them when it closes."
        required
        maxLength={limits.reason}
        defaultValue={document.reason}
      />
    </DraftForm>
  )
}
