import type { Chips } from '#app/components/list/toolbar.tsx'
import { everyRow } from '#domain/list/ask.ts'
import type { RowCount } from '#domain/list/page.ts'
import { wordSlug } from '#domain/status/delivery-list.ts'
import type { DeliveryWord } from '#domain/status/state.ts'

/** Chips of the words of delivery that some row has, the worst first. */
export const wordChips = (
  counts: readonly { word: DeliveryWord; count: number }[],
  all: { word: string; label: string } = { word: everyRow, label: 'All' },
): Chips => ({
  name: 'state',
  label: 'By state',
  words: [
    { ...all, count: whole(counts.reduce((sum, { count }) => sum + count, 0)) },
    ...counts.map(({ word, count }) => ({ word: wordSlug(word), label: word, count: whole(count) })),
  ],
})

/** A count of rows that were all counted. */
export const whole = (rows: number): RowCount => ({ rows, isMore: false })
