import { type Ledger, unaccounted } from '#domain/status/state.ts'

/** The columns of a ledger in a file; received equals all the others together. */
export const ledgerFields = <Row>(of: (row: Row) => Ledger) => [
  ...(['received', 'delivered', 'filtered', 'waiting', 'held', 'expired'] as const).map((name) => ({
    name,
    value: (row: Row) => of(row)[name],
  })),
  { name: 'unaccounted', value: (row: Row) => unaccounted(of(row)) },
]
