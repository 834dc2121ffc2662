import { paths } from '#app/paths.ts'
import { type Permission, permissions } from '#domain/people/permissions.ts'
import type { Visitor } from './people.ts'

/** A page as one person asks for it. */
export type Address = { page: string; path: string }

type Place = {
  page: string
  needs: Permission
  path: (objects: Visitor['objects'], visitor: Visitor) => string | undefined
}

const when = <T>(object: T | undefined, path: (object: T) => string) =>
  object === undefined ? undefined : path(object)

/** Every page that is read, apart from the further pages of lists, which their own links lead to. */
const places: readonly Place[] = [
  { page: 'status', needs: 'status:read', path: () => paths.status() },
  { page: 'groups', needs: 'group:read', path: () => paths.groups() },
  { page: 'group', needs: 'group:read', path: ({ group }) => when(group, paths.group) },
  { page: 'group, sources', needs: 'group:read', path: ({ group }) => when(group, paths.groupSources) },
  { page: 'group, targets', needs: 'group:read', path: ({ group }) => when(group, paths.groupTargets) },
  { page: 'group, requests', needs: 'group:read', path: ({ group }) => when(group, paths.groupRequests) },
  { page: 'group, history', needs: 'group:read', path: ({ group }) => when(group, paths.groupHistory) },
  { page: 'group, billing', needs: 'billing:read', path: ({ group }) => when(group, paths.groupBilling) },
  { page: 'target', needs: 'target:read', path: ({ target }) => when(target, paths.target) },
  { page: 'targets', needs: 'target:read', path: () => paths.targets() },
  { page: 'requests', needs: 'request:read', path: () => paths.requests() },
  { page: 'request, open', needs: 'request:read', path: ({ open }) => when(open, paths.request) },
  { page: 'request, asked of me', needs: 'request:read', path: ({ asked }) => when(asked, paths.request) },
  { page: 'request, applied', needs: 'request:read', path: ({ applied }) => when(applied, paths.request) },
  {
    page: 'request, draft',
    needs: 'request:draft',
    path: ({ draft }) => when(draft, (n) => paths.requestStep(n, 'review')),
  },
  {
    page: 'request, approve',
    needs: 'request:decide',
    path: ({ asked }) => when(asked, (n) => paths.decideRequest(n, 'approve')),
  },
  { page: 'new request', needs: 'request:draft', path: () => paths.newRequest() },
  { page: 'sessions', needs: 'source:read', path: () => paths.sessions() },
  { page: 'source session', needs: 'source:read', path: ({ source }) => when(source, paths.source) },
  { page: 'feeds', needs: 'feed:read', path: () => paths.feeds() },
  { page: 'feed', needs: 'feed:read', path: () => paths.feed('gw01') },
  { page: 'settings', needs: 'settings:read', path: () => paths.settings() },
  { page: 'people', needs: 'people:read', path: () => paths.people() },
  { page: 'person, roles', needs: 'people:write', path: ({ person }) => when(person, paths.changeRoles) },
  { page: 'person, disable', needs: 'people:write', path: ({ person }) => when(person, paths.disablePerson) },
  { page: 'invite', needs: 'people:write', path: () => paths.invite() },
  { page: 'search, a code', needs: 'status:read', path: ({ source }) => when(source, paths.searchAnswers) },
  { page: 'search, a name', needs: 'status:read', path: () => paths.searchAnswers('an') },
  { page: 'search, a number', needs: 'status:read', path: () => paths.searchAnswers('12') },
  { page: 'firms', needs: 'firm:read', path: () => paths.firms() },
  { page: 'firm', needs: 'directory:read', path: (_, { firmId }) => paths.firm(firmId) },
  { page: 'account', needs: 'own-password:write', path: () => paths.account() },
]

export function addressesOf(visitor: Visitor): Address[] {
  const standings = new Set<string>(visitor.roles)
  return places.flatMap(({ page, needs, path }) => {
    const at = permissions[needs].some((standing) => standings.has(standing))
      ? path(visitor.objects, visitor)
      : undefined
    return at === undefined ? [] : [{ page, path: at }]
  })
}
