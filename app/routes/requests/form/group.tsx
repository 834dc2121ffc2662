import { Checkboxes, Select, TextArea, TextField } from '#app/components/fields.tsx'
import { Fieldset } from '#app/components/form.tsx'
import { Notice } from '#app/components/page.tsx'
import type { NewGroupDraft } from '#domain/request/document.ts'
import { limits } from '#domain/request/steps.ts'
import type { StepProps } from './form.tsx'
import { DraftForm } from './parts.tsx'

/** Step 1: what the group is called, and who pays. */
export function GroupStep({ document, ...form }: StepProps & { document: NewGroupDraft }) {
  const { accounts, preview } = form.draft
  return (
    <DraftForm {...form}>
      <TextField
        name="groupName"
        label="Name of the group"
        hint="As your desk calls it. One name, one group."
        required
        minLength={3}
        maxLength={limits.name}
        defaultValue={document.groupName}
      />
      <TextArea
        name="purpose"
        label="Purpose"
        hint="What the copies are for: risk, reconciliation, a client’s own records. The clearing firms that must agree read it, and so does the exchange."
        maxLength={limits.text}
        defaultValue={document.purpose}
      />
      <Fieldset legend="Billing">
        <Select
          name="billingAccountId"
          label="Account to bill"
          required
          defaultValue={document.billingAccountId}
          hint={
            accounts.length === 0
              ? 'Your firm has no billing account on file. Its Global Account Manager opens one.'
              : undefined
          }
        >
          <option value="">Choose an account</option>
          {accounts.map((account) => (
            <option key={account.id} value={account.id}>
              {account.number} · {account.name}
              {account.paidBy !== form.draft.ownerName && ` (paid by ${account.paidBy}, who must agree)`}
            </option>
          ))}
        </Select>
        {preview.fee && (
          <Notice tone="blue" title={preview.fee.sentence}>
            {preview.fee.source !== '' && `The fee is set in ${preview.fee.source}.`}
            {preview.fee.sample && ' This is a sample fee plan. No fee is owed.'}
          </Notice>
        )}
        <Checkboxes
          name="feeAcknowledged"
          legend="Fee"
          hideLegend
          chosen={document.feeAcknowledged ? ['on'] : []}
          choices={[{ value: 'on', label: 'The fee schedule is known and acknowledged.' }]}
        />
      </Fieldset>
    </DraftForm>
  )
}
