import { Radios, Select, TextArea, TextField } from '#app/components/fields.tsx'
import { Fieldset, Submit, useField } from '#app/components/form.tsx'
import type { ContactEntry, NewGroupDraft } from '#domain/request/document.ts'
import { limits } from '#domain/request/steps.ts'
import type { DraftView } from '#views/request/request-view.ts'
import type { StepProps } from './form.tsx'
import { DraftForm } from './parts.tsx'

/** Step 3: who may change the group later, and how the client connects. */
export function PeopleStep({ document, more, ...form }: StepProps & { document: NewGroupDraft }) {
  const { connection } = document
  return (
    <DraftForm {...form}>
      <ContactRows draft={form.draft} name="contacts" contacts={document.contacts} more={more} required />
      <Fieldset legend="Connection">
        <Radios
          name="connection.line"
          legend="Line"
          required
          chosen={connection.line ? [connection.line] : []}
          choices={[
            { value: 'existing', label: 'A line that your firm has already' },
            { value: 'new', label: 'A new line', hint: 'The exchange’s network team gets in touch.' },
          ]}
        />
        <ClientAddresses name="connection.addresses" addresses={connection.addresses} />
        <TextArea
          name="connection.notes"
          label="Notes for the exchange"
          maxLength={limits.text}
          defaultValue={connection.notes}
        />
      </Fieldset>
    </DraftForm>
  )
}

/** Which client addresses the group's targets accept. */
export function ClientAddresses({ name, addresses }: { name: string; addresses: readonly string[] }) {
  return (
    <TextArea
      name={name}
      label="Addresses your client connects from"
      hint="IPv4 or IPv6 addresses, or networks such as 192.0.2.0/24, separated by blanks or line ends. Your client can log on from these only. Leave it empty to allow any address."
      rows={2}
      maxLength={3000}
      defaultValue={addresses.join(' ')}
    />
  )
}

const nobody: ContactEntry = { name: '', title: '', email: '', phone: '', clearingCode: '' }

/** People whom a clearing firm is to authorize: a row each, one empty row when asked for. */
export function ContactRows({
  draft,
  name,
  contacts,
  more,
  required,
}: {
  draft: Pick<DraftView, 'clearingFirms'>
  name: string
  contacts: readonly ContactEntry[]
  more: boolean
  /** Whether at least one person must be named. */
  required: boolean
}) {
  const { id, error } = useField(name)
  const rows = contacts.length === 0 && required ? [nobody] : more ? [...contacts, nobody] : contacts
  return (
    <Fieldset
      legend="Authorized contacts"
      hint="They submit the group’s later changes. Each is authorized by the clearing firm named beside them, and by it alone."
    >
      {rows.map((contact, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: rows have no name of their own until they are saved
        <fieldset key={index} className="mb-4 border-l-2 border-line pl-4">
          <legend className="sr-only">Person {index + 1}</legend>
          <div className="grid items-end gap-x-4 @lg/page:grid-cols-2">
            <TextField
              name={`${name}.${index}.name`}
              label="Name"
              required
              maxLength={limits.line}
              defaultValue={contact.name}
            />
            <TextField
              name={`${name}.${index}.title`}
              label="Title"
              maxLength={limits.line}
              defaultValue={contact.title}
            />
            <TextField
              name={`${name}.${index}.email`}
              label="E-mail"
              type="email"
              required
              maxLength={254}
              defaultValue={contact.email}
            />
            <TextField
              name={`${name}.${index}.phone`}
              label="Telephone"
              hint="With country code"
              type="tel"
              required
              maxLength={40}
              defaultValue={contact.phone}
            />
            <Select
              name={`${name}.${index}.clearingCode`}
              label="Authorized by"
              required
              defaultValue={contact.clearingCode}
            >
              <option value="">Choose a clearing firm</option>
              {draft.clearingFirms.map((firm) => (
                <option key={firm.code} value={firm.code}>
                  {firm.name} ({firm.code})
                </option>
              ))}
            </Select>
          </div>
          {(contacts.length > 1 || !required) && (
            <Submit name="intent" value={`remove.${name}.${index}`} kind="plain" noValidate>
              Remove {contact.name || 'this person'}
            </Submit>
          )}
        </fieldset>
      ))}
      {error && (
        <p id={id} tabIndex={-1} className="mb-2 text-caption text-red">
          {error}
        </p>
      )}
      <Submit name="intent" value="more" kind="plain" noValidate>
        {rows.length === 0 ? 'Add a person' : 'Add another person'}
      </Submit>
    </Fieldset>
  )
}
