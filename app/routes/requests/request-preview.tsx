import { Mono } from '#app/components/figures.tsx'
import { inWords, plural } from '#app/components/format.ts'
import { Section } from '#app/components/page.tsx'
import { Table } from '#app/components/table.tsx'
import { gatewayName } from '#app/routes/names.ts'
import type { Capacity } from '#domain/request/lifecycle.ts'
import type { DraftPreview } from '#views/request/request-view.ts'

export const capacityNames: Record<Capacity, string> = {
  guarantor: 'as clearing firm',
  'bill-to': 'as payer',
  exchange: 'as the exchange',
}

/** What the draft would become if it were sent now: sources, who must sign, which targets result. */
export function PreviewTables({ preview }: { preview: DraftPreview }) {
  if (preview.sources.length === 0) return null
  return (
    <>
      <Section title="Sessions chosen">
        <ChosenTable preview={preview} />
      </Section>
      <Signers preview={preview} />
      <Section title="Targets" intro={targetsIntro}>
        <ResultingTargets preview={preview} />
      </Section>
    </>
  )
}

const targetsIntro = 'Derived from the gateways of the sources; their IDs are given at approval.'

export const ChosenTable = ({ preview }: { preview: DraftPreview }) => (
  <Table
    caption="Sessions chosen"
    rows={preview.sources}
    rowKey={(source) => source.name}
    empty=""
    columns={[
      { key: 'name', head: 'Source session', tight: true, cell: (source) => <Mono>{source.name}</Mono> },
      {
        key: 'gateway',
        head: 'Gateway',
        cell: (source) => (source.gateway ? gatewayName(source.gateway) : '–'),
        blank: (source) => !source.gateway,
      },
      {
        key: 'guarantors',
        head: 'Guaranteed by',
        cell: (source) => inWords(source.guarantors) || source.note || '–',
      },
    ]}
  />
)

/** Who is asked, and for what, in the words that each of them reads. */
export const Signers = ({ preview }: { preview: DraftPreview }) => (
  <Section title="Who must approve">
    <Table
      caption="Who must approve"
      rows={preview.signers}
      rowKey={(signer) => `${signer.firmName}${signer.capacity}`}
      empty="The exchange alone."
      columns={[
        { key: 'firm', head: 'Firm', cell: (signer) => signer.firmName },
        {
          key: 'capacity',
          head: 'As',
          cell: (signer) => (signer.bySubmission ? 'by your submission' : capacityNames[signer.capacity]),
        },
        { key: 'asked', head: 'Is asked for', wide: true, cell: (signer) => signer.asked },
        { key: 'note', head: 'Note', cell: (signer) => signer.note ?? '', blank: (signer) => !signer.note },
      ]}
    />
  </Section>
)

export const ResultingTargets = ({ preview }: { preview: DraftPreview }) => (
  <Table
    caption="Targets"
    rows={preview.targets}
    rowKey={(target) => target.sessionId}
    empty="None yet."
    columns={[
      {
        key: 'target',
        head: 'Target',
        cell: (target) => (target.isNew ? target.sessionId : <Mono>{target.sessionId}</Mono>),
      },
      { key: 'gateway', head: 'Sources on', cell: (target) => gatewayName(target.gateway) },
      { key: 'sources', head: 'Carries', cell: (target) => plural(target.sources.length, 'source session') },
    ]}
  />
)
