import type { ListOffer } from '../list/ask.ts'
import { requestKinds } from './lifecycle.ts'

/** Which requests: those that wait for the reader, those under way, those that have come to an end. */
export const requestShows = ['waiting', 'open', 'closed'] as const
export type RequestShow = (typeof requestShows)[number]

/** What the list of requests can be asked. Where something waits for the reader, the list begins with that. */
export const requestList = (waiting: number) =>
  ({
    sorts: [
      { key: 'number', type: 'number' },
      { key: 'group', type: 'text' },
      { key: 'owner', type: 'text' },
      { key: 'submitted', type: 'instant' },
      { key: 'since', type: 'instant' },
    ],
    sort: { key: 'since', dir: 'desc' },
    filters: [
      { name: 'show', words: requestShows, otherwise: waiting > 0 ? 'waiting' : 'open' },
      { name: 'kind', words: requestKinds },
      { name: 'owner', words: 'uuid' },
    ],
    id: 'uuid',
  }) as const satisfies ListOffer

type Offer = ReturnType<typeof requestList>
export type RequestSort = Offer['sorts'][number]['key']
export type RequestFilter = Offer['filters'][number]['name']
