import type { ListOffer } from '../list/ask.ts'

/** Sources of which something was received this trading week, or nothing. */
const heardWords = ['heard', 'silent'] as const

/** What the list of source sessions can be asked. `feeds`: the feeds that the reader may name. */
export const sourceList = (feeds: readonly string[]) =>
  ({
    sorts: [
      { key: 'name', type: 'text' },
      { key: 'received', type: 'number' },
      { key: 'heard', type: 'instant' },
    ],
    sort: { key: 'name', dir: 'asc' },
    filters: [
      { name: 'state', words: ['open', 'closed'], otherwise: 'open' },
      { name: 'heard', words: heardWords },
      { name: 'feed', words: feeds },
    ],
    id: 'uuid',
  }) as const satisfies ListOffer

type Offer = ReturnType<typeof sourceList>
export type SourceSort = Offer['sorts'][number]['key']
export type SourceFilter = Offer['filters'][number]['name']
