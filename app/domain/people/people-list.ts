import type { ListOffer } from '../list/ask.ts'
import { roles } from './roles.ts'

/** Which people: those who may sign in, those who may not, those for whom a link waits. */
export const peopleShows = ['active', 'disabled', 'link'] as const
export type PeopleShow = (typeof peopleShows)[number]

/** What the list of people can be asked. */
export const peopleList = {
  sorts: [
    { key: 'name', type: 'text' },
    { key: 'email', type: 'text' },
    { key: 'firm', type: 'text' },
  ],
  sort: { key: 'firm', dir: 'asc' },
  filters: [
    { name: 'show', words: peopleShows },
    { name: 'role', words: roles },
    { name: 'firm', words: 'uuid' },
  ],
  id: 'uuid',
} as const satisfies ListOffer

export type PeopleSort = (typeof peopleList)['sorts'][number]['key']
export type PeopleFilter = (typeof peopleList)['filters'][number]['name']
