import { type Ledger, noLedger, unaccounted } from '#domain/status/state.ts'
import { Count } from './figures.tsx'
import type { Column } from './table.tsx'

const terms: readonly { key: keyof Omit<Ledger, 'stopped'>; head: string }[] = [
  { key: 'received', head: 'Received' },
  { key: 'delivered', head: 'Delivered' },
  { key: 'filtered', head: 'Filtered' },
  { key: 'waiting', head: 'Waiting' },
  { key: 'held', head: 'Held' },
  { key: 'expired', head: 'Expired' },
]

/**
 * The columns of the sum that must balance: received equals all the others together. A term that is zero in every row
 * has no column.
 * @param of null where there is nothing to count yet
 */
export function ledgerColumns<Row>(of: (row: Row) => Ledger | null, stale: boolean): Column<Row>[] {
  return [
    ...terms.map(
      ({ key, head }): Column<Row> => ({
        key,
        head,
        number: true,
        cell: (row) => (
          <>
            <Count of={of(row)?.[key]} stale={stale} />
            {key === 'filtered' && <Stopped ledger={of(row)} stale={stale} />}
          </>
        ),
        ...(key !== 'received' && key !== 'delivered' && { blank: (row: Row) => !of(row)?.[key] }),
      }),
    ),
    {
      key: 'unaccounted',
      head: 'Unaccounted',
      number: true,
      cell: (row) => <Unaccounted ledger={of(row)} stale={stale} />,
      blank: (row) => unaccounted(of(row) ?? noLedger) === 0,
    },
  ]
}

/** Filtered messages that nobody agreed to leave out, but that lack a consent: how many, and whose consent. */
function Stopped({ ledger, stale }: { ledger: Ledger | null; stale: boolean }) {
  return Object.entries(ledger?.stopped ?? {}).map(([reason, count]) => (
    <span key={reason} className="block text-caption text-muted">
      <Count of={count} stale={stale} /> {reason}
    </span>
  ))
}

/** The unaccounted messages: none is a quiet zero, any other number is red. */
function Unaccounted({ ledger, stale }: { ledger: Ledger | null; stale: boolean }) {
  const count = ledger ? unaccounted(ledger) : null
  return (
    <span className={count ? 'font-semibold text-red' : ''}>
      <Count of={count} stale={stale} />
    </span>
  )
}
