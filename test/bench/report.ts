/** A table of the report; the first column is text, the others are figures. */
export type Table = { head: string[]; rows: string[][] }

/** As a table for `docs/performance.md`, or in columns for the terminal. */
export function show({ head, rows }: Table, markdown: boolean): string {
  if (markdown) {
    const line = (cells: string[]) => `| ${cells.join(' | ')} |`
    return [line(head), `|${'---|'.repeat(head.length)}`, ...rows.map(line)].join('\n')
  }
  const widths = head.map((title, i) => Math.max(title.length, ...rows.map((row) => row[i]?.length ?? 0)))
  const line = (cells: string[]) =>
    cells.map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0))).join('  ')
  return [head, ...rows].map(line).join('\n')
}

/** With commas for thousands, and so many decimals. */
export const shown = (value: number, digits = 0) =>
  value.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits })

/** To three figures: 0.741, 7.16, 27.1. */
export const shownMs = (ms: number) => shown(ms, Math.max(0, 2 - Math.floor(Math.log10(Math.max(ms, 0.001)))))

export function median(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? (sorted[middle] ?? 0) : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2
}

/** Progress, on standard error, because the report goes to standard output. */
export const progress = (text: string) => console.error(`  ${text}`)
