type Row = Readonly<Record<string, unknown>>

/** The rows last reported, so that a row is reported again only when it has changed. */
export class SaidRows {
  private readonly rows = new Map<string, Row>()

  /** Whether the row differs from the last one reported under this name. */
  isNews(name: string, row: Row): boolean {
    const before = this.rows.get(name)
    if (before && isSame(before, row)) return false
    this.rows.set(name, row)
    return true
  }

  forget(): void {
    this.rows.clear()
  }
}

function isSame(before: Row, now: Row): boolean {
  for (const name in now) if (!isEqual(before[name], now[name])) return false
  return true
}

function isEqual(before: unknown, now: unknown): boolean {
  if (Object.is(before, now)) return true
  if (before instanceof Date && now instanceof Date) return before.getTime() === now.getTime()
  if (typeof before !== 'object' || typeof now !== 'object') return false
  return JSON.stringify(before) === JSON.stringify(now)
}
