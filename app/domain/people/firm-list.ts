import type { ListOffer } from '../list/ask.ts'

/** What the list of firms can be asked: those in which nobody can invite, or which people cannot be invited into. */
export const firmList = {
  sorts: [{ key: 'name', type: 'text' }],
  sort: { key: 'name', dir: 'asc' },
  filters: [{ name: 'lacks', words: ['administrator', 'domain'] }],
  id: 'uuid',
} as const satisfies ListOffer

export type FirmSort = (typeof firmList)['sorts'][number]['key']
export type FirmFilter = (typeof firmList)['filters'][number]['name']
