import { Mono } from '#app/components/figures.tsx'
import { Section } from '#app/components/page.tsx'
import { Table } from '#app/components/table.tsx'
import { Instant } from '#app/components/time.tsx'
import type { FeedView } from '#views/feed/feed-page.ts'

/** Refused logons, with the text that was sent to the client, and the reason where that text says too little. */
export function RefusedLogons({
  title = 'Refused logons',
  intro,
  logons,
}: {
  title?: string
  intro?: string
  logons: FeedView['refusedLogons']
}) {
  if (logons.length === 0) return null
  return (
    <Section title={title} intro={intro}>
      <Table
        caption={title}
        rows={logons}
        rowKey={(logon) => String(logon.id)}
        empty=""
        columns={[
          { key: 'at', head: 'When', tight: true, cell: (logon) => <Instant at={logon.at} precision="ms" /> },
          { key: 'from', head: 'From', cell: (logon) => <Mono>{logon.address}</Mono> },
          { key: 'claimed', head: 'Named itself', cell: (logon) => <Mono>{logon.claimed}</Mono> },
          { key: 'says', head: 'Why', wide: true, cell: (logon) => logon.says },
        ]}
      />
    </Section>
  )
}
