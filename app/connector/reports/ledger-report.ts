import { filteredOf, type Row } from '#connector/state/ledger.ts'
import { filteredBy } from '#connector/state/routing.ts'
import { markAll, type State } from '#connector/state/state.ts'
import type { LedgerFigures } from '#domain/status/observed.ts'

/** What pages show of a target in the present week. */
type Sums = { delivered: number; waiting: number; held: number }

type Told = Omit<Row, 'filtered' | 'stopped'>
const nothing: Sums = { delivered: 0, waiting: 0, held: 0 }

/** The rows of the ledger that have changed since the last report. */
export class LedgerReport {
  private told = new WeakMap<Row, Told>()
  private readonly sums = new Map<number, Sums>()

  constructor(private readonly state: State) {
    this.forget()
  }

  /** The next report has all rows again. */
  forget(): void {
    this.told = new WeakMap()
    markAll(this.state)
  }

  changed(): LedgerFigures[] {
    const changed: LedgerFigures[] = []
    for (const id of this.state.changed.targets.take()) this.addChanged(id, changed)
    return changed
  }

  /** As of the last call of `changed`. */
  sumsOf(target: number): Sums {
    return this.sums.get(target) ?? nothing
  }

  private addChanged(id: number, changed: LedgerFigures[]): void {
    const { data } = this.state
    const target = data.targets[id]
    if (!target) return
    this.sums.set(id, sumsOf(Object.values(target.ledger[data.week] ?? {})))
    for (const [week, rows] of Object.entries(target.ledger))
      for (const [stream, row] of Object.entries(rows))
        if (this.isNews(row)) changed.push(figuresOf(target.name, data.streams[Number(stream)]?.name ?? '', week, row))
  }

  /** Filtered messages need no comparison: they are the rest of those received, and no filter reason is ever undone. */
  private isNews(row: Row): boolean {
    const told = this.told.get(row)
    if (!told) {
      const { received, delivered, waiting, held, expired } = row
      this.told.set(row, { received, delivered, waiting, held, expired })
      return true
    }
    if (
      told.received === row.received &&
      told.delivered === row.delivered &&
      told.waiting === row.waiting &&
      told.held === row.held &&
      told.expired === row.expired
    )
      return false
    told.received = row.received
    told.delivered = row.delivered
    told.waiting = row.waiting
    told.held = row.held
    told.expired = row.expired
    return true
  }
}

/** No spread: thousands of these are made every second, and a literal of one known shape is made much faster. */
function figuresOf(sessionId: string, sourceId: string, week: string, row: Row): LedgerFigures {
  return {
    sessionId,
    sourceId,
    segment: '',
    week,
    received: row.received,
    delivered: row.delivered,
    filtered: filteredOf(row),
    filteredBy: filteredBy(row),
    waiting: row.waiting,
    held: row.held,
    expired: row.expired,
  }
}

function sumsOf(rows: readonly Row[]): Sums {
  const sums = { ...nothing }
  for (const { delivered, waiting, held } of rows) {
    sums.delivered += delivered
    sums.waiting += waiting
    sums.held += held
  }
  return sums
}
