import { levels, protocols } from '../group/states.ts'
import type { ListOffer } from '../list/ask.ts'
import { type DeliveryWord, deliveryWords } from './state.ts'

/** How a word of delivery is written in an address: `needs-you`. */
export const wordSlug = (word: DeliveryWord): string => word.toLowerCase().replaceAll(' ', '-')

export const wordSlugs: readonly string[] = deliveryWords.map(wordSlug)

/** Groups that are not live come after those that are, in this order. */
export const idleStates = ['suspended', 'requested', 'closed', 'abandoned'] as const

/** What a list of groups can be asked. `open`: neither closed nor abandoned. */
export const groupList = {
  sorts: [
    { key: 'state', type: 'number' },
    { key: 'name', type: 'text' },
    { key: 'owner', type: 'text' },
    { key: 'sources', type: 'number' },
    { key: 'waiting', type: 'number' },
    { key: 'sent', type: 'instant' },
  ],
  sort: { key: 'state', dir: 'asc' },
  filters: [
    { name: 'state', words: [...wordSlugs, ...idleStates, 'live', 'open'], otherwise: 'open' },
    { name: 'level', words: levels },
    { name: 'owner', words: 'uuid' },
  ],
  id: 'uuid',
} as const satisfies ListOffer

/** The same list on the status page, which begins with the groups that are live. */
export const statusList = {
  ...groupList,
  filters: [{ ...groupList.filters[0], otherwise: 'live' }, groupList.filters[1], groupList.filters[2]],
} as const satisfies ListOffer

export type GroupSort = (typeof groupList)['sorts'][number]['key']
export type GroupFilter = (typeof groupList)['filters'][number]['name']

/** What a list of targets that are not closed can be asked. */
export const targetList = {
  sorts: [
    { key: 'state', type: 'number' },
    { key: 'session', type: 'text' },
    { key: 'group', type: 'text' },
    { key: 'owner', type: 'text' },
    { key: 'waiting', type: 'number' },
    { key: 'sent', type: 'instant' },
  ],
  sort: { key: 'state', dir: 'asc' },
  filters: [
    { name: 'state', words: wordSlugs },
    { name: 'protocol', words: protocols },
    { name: 'owner', words: 'uuid' },
  ],
  id: 'uuid',
} as const satisfies ListOffer

export type TargetSort = (typeof targetList)['sorts'][number]['key']
export type TargetFilter = (typeof targetList)['filters'][number]['name']
