import { filteredOf, type Row } from '#connector/state/ledger.ts'

/** `received = delivered + filtered + waiting + held + expired`. */
export const balances = (row: Row): boolean =>
  row.received === row.delivered + filteredOf(row) + row.waiting + row.held + row.expired
