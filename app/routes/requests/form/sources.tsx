import { Checkboxes, Radios, TextArea } from '#app/components/fields.tsx'
import { Mono } from '#app/components/figures.tsx'
import { Fieldset, Submit } from '#app/components/form.tsx'
import { inWords } from '#app/components/format.ts'
import { gatewayName } from '#app/routes/names.ts'
import { PreviewTables } from '#app/routes/requests/request-preview.tsx'
import { type Level, levelNames, levels } from '#domain/group/states.ts'
import type { DraftDocument, NewGroupDraft } from '#domain/request/document.ts'
import type { DraftView, PickableSource } from '#views/request/request-view.ts'
import type { StepProps } from './form.tsx'
import { DraftForm } from './parts.tsx'

const levelHints: Record<Level, string> = {
  executions: 'Fills, spread fills with their legs, busts and corrections.',
  acknowledgments: 'What answers an order: acknowledged, modified, cancelled, eliminated, mass action reports.',
  all: 'Both of them.',
}

const heldWords: Record<PickableSource['held'], string> = {
  'execution firm': 'of your Execution Firm IDs',
  operated: 'operated by your firm',
  guaranteed: 'guaranteed by your firm',
}

/** Saves, and shows on the same page what follows from the chosen sessions. */
export const LookUp = () => (
  <div className="mb-5">
    <Submit name="intent" value="stay" kind="plain" noValidate>
      Save and look up who must approve
    </Submit>
  </div>
)

/** Step 2: which sessions are copied, which of their messages, and what follows from it. */
export function SourcesStep({ document, ...form }: StepProps & { document: NewGroupDraft }) {
  return (
    <DraftForm {...form}>
      <Fieldset legend="Source sessions">
        <SourcePicker draft={form.draft} name="sources" chosen={document.sources} />
        <LookUp />
      </Fieldset>
      <PreviewTables preview={form.draft.preview} />
      <Fieldset legend="Messages">
        <Radios
          name="level"
          legend="Message types"
          hideLegend
          required
          chosen={document.level ? [document.level] : []}
          choices={levels.map((level) => ({ value: level, label: levelNames[level], hint: levelHints[level] }))}
        />
        <Checkboxes
          name="rejects"
          legend="Rejects"
          hideLegend
          chosen={document.rejects ? ['on'] : []}
          choices={[{ value: 'on', label: 'Reject messages too', hint: 'Left out unless asked for.' }]}
        />
      </Fieldset>
      <Fieldset legend="Protocol">
        <Radios
          name="protocol"
          legend="Protocol"
          hideLegend
          required
          chosen={[document.protocol || 'classic']}
          choices={[
            {
              value: 'classic',
              label: 'Classic drop copy',
              hint: 'Each copy is the source message with a new header.',
            },
            {
              value: 'dc4',
              label: 'Drop Copy 4.0',
              hint: 'Each copy is the source message whole, in an envelope. Clients sign their logon with an access key.',
            },
          ]}
        />
      </Fieldset>
    </DraftForm>
  )
}

/** Lists of sessions in a document, and the form field in which each list is typed. */
export const sourceLists = ['sources', 'addSources'] as const
type SourceList = (typeof sourceLists)[number]
export const typedField: Record<SourceList, string> = { sources: 'typedSources', addSources: 'typedAddSources' }
export const isSourceList = (name: string): name is SourceList => sourceLists.some((list) => list === name)

/** Whether anything is in the list yet. */
export const hasSources = (document: DraftDocument, list: SourceList): boolean =>
  document.kind === 'new-group'
    ? list === 'sources' && document.sources.length > 0
    : document.kind === 'change' && list === 'addSources' && document.addSources.length > 0

/** Checkboxes for the sessions that the firm holds, and a field to type any other in full. */
export function SourcePicker({
  draft,
  name,
  chosen,
  taken = [],
}: {
  draft: Pick<DraftView, 'pickable'>
  name: SourceList
  chosen: readonly string[]
  /** Already in the group. */
  taken?: readonly string[]
}) {
  const held = draft.pickable.filter((source) => !taken.includes(source.name))
  const others = chosen.filter((source) => !held.some((one) => one.name === source))
  return (
    <>
      {held.length > 0 && (
        <Checkboxes
          name={`${name}[]`}
          legend="Sessions that your firm holds"
          chosen={chosen}
          choices={held.map((source) => ({
            value: source.name,
            label: <Mono>{source.name}</Mono>,
            hint: `${gatewayName(source.gateway)}, ${heldWords[source.held]}; guaranteed by ${inWords(source.guarantors) || 'nobody yet'}`,
            ...(source.isOpen ? {} : { disabledReason: 'Closed' }),
          }))}
        />
      )}
      <TextArea
        name={typedField[name]}
        label={held.length > 0 ? 'Other sessions' : 'Sessions'}
        hint="Session ID and Firm ID, three characters each, together as in K7T882; one a line, or separated by blanks. They are checked by their clearing firm."
        rows={2}
        maxLength={7000}
        defaultValue={others.join(' ')}
      />
    </>
  )
}
