/**
 * Counts of one (target, source, week): every message of a member source counts in exactly one term:
 * `received = delivered + filtered + waiting + held + expired`.
 */
export type Row = {
  received: number
  delivered: number
  waiting: number
  held: number
  expired: number
  /** By the index of the reason in the classifier's list. */
  filtered: number[]
  /**
   * Also filtered: messages that came while the source was stopped for want of a consent, by the published reason.
   * Absent: none.
   */
  stopped?: Record<string, number>
}

export const emptyRow = (): Row => ({ received: 0, delivered: 0, waiting: 0, held: 0, expired: 0, filtered: [] })

/** An index above all reasons of the classifier: the source was taken away with effect on the past. */
export const revokedReason = 31

export function filteredOf({ filtered, stopped }: Row): number {
  let sum = 0
  for (const n of filtered) sum += n
  if (stopped) for (const n of Object.values(stopped)) sum += n
  return sum
}

/** The sum of several rows, reason by reason. */
export function total(rows: Iterable<Row>): Row {
  const sum = emptyRow()
  for (const row of rows) {
    sum.received += row.received
    sum.delivered += row.delivered
    sum.waiting += row.waiting
    sum.held += row.held
    sum.expired += row.expired
    for (const [reason, n] of row.filtered.entries()) countFiltered(sum, reason, n ?? 0)
    for (const [reason, n] of Object.entries(row.stopped ?? {})) countStopped(sum, reason, n)
  }
  return sum
}

export function countFiltered(row: Row, reason: number, by: number): void {
  while (row.filtered.length <= reason) row.filtered.push(0)
  row.filtered[reason]! += by
}

export function countStopped(row: Row, reason: string, by: number): void {
  row.stopped ??= {}
  row.stopped[reason] = (row.stopped[reason] ?? 0) + by
}
