import { filteredOf, type Row } from '#connector/state/ledger.ts'
import { filteredBy } from '#connector/state/routing.ts'
import { markAll, type State } from '#connector/state/state.ts'

/** A row of the ledger as it is reported. */
export type LedgerFigures = Omit<Row, 'filtered' | 'stopped'> & {
  sessionId: string
  sourceId: string
  week: string
  filtered: number
  filteredBy: Record<string, number>
}

/** What pages show of a target in the present week. */
export type Sums = { delivered: number; waiting: number; held: number }

type Told = Omit<Row, 'filtered' | 'stopped'>
const nothing: Sums = { delivered: 0, waiting: 0, held: 0 }

/** The rows of the ledger that have changed since they were told last. */
export class LedgerReport {
  private told = new WeakMap<Row, Told>()
  private readonly sums = new Map<number, Sums>()

  constructor(private readonly state: State) {
    this.forget()
  }

  /** All rows are told again. */
  forget(): void {
    this.told = new WeakMap()
    markAll(this.state)
  }

  changed(): LedgerFigures[] {
    return this.state.changed.targets.take().flatMap((id) => this.changedOf(id))
  }

  /** As of the last call of `changed`. */
  sumsOf(target: number): Sums {
    return this.sums.get(target) ?? nothing
  }

  private changedOf(id: number): LedgerFigures[] {
    const { data } = this.state
    const target = data.targets[id]
    if (!target) return []
    this.sums.set(id, sumsOf(Object.values(target.ledger[data.week] ?? {})))
    const changed: LedgerFigures[] = []
    for (const [week, rows] of Object.entries(target.ledger))
      for (const [stream, row] of Object.entries(rows))
        if (this.isNews(row)) {
          const sourceId = data.streams[Number(stream)]?.name ?? ''
          changed.push({ sessionId: target.name, sourceId, week, ...figuresOf(row) })
        }
    return changed
  }

  /** Filtered ones are the rest of those received, and no reason takes any back. */
  private isNews(row: Row): boolean {
    const told = this.told.get(row)
    if (
      told &&
      told.received === row.received &&
      told.delivered === row.delivered &&
      told.waiting === row.waiting &&
      told.held === row.held &&
      told.expired === row.expired
    )
      return false
    const { received, delivered, waiting, held, expired } = row
    this.told.set(row, { received, delivered, waiting, held, expired })
    return true
  }
}

export const figuresOf = (row: Row) => ({
  received: row.received,
  delivered: row.delivered,
  filtered: filteredOf(row),
  filteredBy: filteredBy(row),
  waiting: row.waiting,
  held: row.held,
  expired: row.expired,
})

function sumsOf(rows: readonly Row[]): Sums {
  const sums = { ...nothing }
  for (const { delivered, waiting, held } of rows) {
    sums.delivered += delivered
    sums.waiting += waiting
    sums.held += held
  }
  return sums
}
