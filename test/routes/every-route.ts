import routes from '#app/routes.ts'
import type { Permission } from '#domain/people/permissions.ts'

const id = '00000000-0000-4000-8000-000000000001'

/** Every page by its pattern in routes.ts: an address of it that names nothing, what opens it, and its own route id. */
export const pages: Record<string, { at: string; needs: Permission | 'nothing'; missing?: true }> = {
  '/': { at: '/', needs: 'status:read' },
  '/sign-in': { at: '/sign-in', needs: 'nothing' },
  '/sign-out': { at: '/sign-out', needs: 'nothing' },
  '/theme': { at: '/theme', needs: 'nothing' },
  '/environment': { at: '/environment', needs: 'nothing' },
  '/continue-as': { at: '/continue-as', needs: 'nothing' },
  '/invitations/:token': { at: '/invitations/never-made', needs: 'nothing' },
  '/set-up/:token': { at: '/set-up/never-made', needs: 'nothing' },
  '/account': { at: '/account', needs: 'own-password:write' },
  '/columns': { at: '/columns', needs: 'nothing' },
  '/search': { at: '/search', needs: 'status:read' },
  '/search.json': { at: '/search.json', needs: 'status:read' },
  '/groups': { at: '/groups', needs: 'group:read' },
  '/groups.csv': { at: '/groups.csv', needs: 'group:read' },
  '/groups/:groupId': { at: `/groups/${id}`, needs: 'group:read', missing: true },
  '/groups/:groupId/sources': { at: `/groups/${id}/sources`, needs: 'group:read', missing: true },
  '/groups/:groupId/targets': { at: `/groups/${id}/targets`, needs: 'target:read', missing: true },
  '/groups/:groupId/requests': { at: `/groups/${id}/requests`, needs: 'request:read', missing: true },
  '/groups/:groupId/history': { at: `/groups/${id}/history`, needs: 'group:read', missing: true },
  '/groups/:groupId/billing': { at: `/groups/${id}/billing`, needs: 'billing:read', missing: true },
  '/groups/:groupId/withdraw-consent': {
    at: `/groups/${id}/withdraw-consent`,
    needs: 'consent:withdraw',
    missing: true,
  },
  '/groups/:groupId/contacts/:contactId/end': {
    at: `/groups/${id}/contacts/${id}/end`,
    needs: 'contact:end',
    missing: true,
  },
  '/targets': { at: '/targets', needs: 'target:read' },
  '/targets.csv': { at: '/targets.csv', needs: 'target:read' },
  '/targets/:sessionId': { at: '/targets/ZZZZZZ', needs: 'target:read', missing: true },
  '/targets/:sessionId/create-password': {
    at: '/targets/ZZZZZZ/create-password',
    needs: 'credential:create',
    missing: true,
  },
  '/targets/:sessionId/pause': { at: '/targets/ZZZZZZ/pause', needs: 'target:pause', missing: true },
  '/targets/:sessionId/resume': { at: '/targets/ZZZZZZ/resume', needs: 'target:pause', missing: true },
  '/targets/:sessionId/fail-over': { at: '/targets/ZZZZZZ/fail-over', needs: 'target:fail-over', missing: true },
  '/targets/:sessionId/credentials/:credentialId/revoke': {
    at: `/targets/ZZZZZZ/credentials/${id}/revoke`,
    needs: 'credential:revoke',
    missing: true,
  },
  '/targets/:sessionId/quickfix/:file': {
    at: '/targets/ZZZZZZ/quickfix/settings',
    needs: 'target:read',
    missing: true,
  },
  '/requests': { at: '/requests', needs: 'request:read' },
  '/requests.csv': { at: '/requests.csv', needs: 'request:read' },
  '/requests/new': { at: '/requests/new', needs: 'request:draft' },
  '/requests/:number': { at: '/requests/999999', needs: 'request:read', missing: true },
  '/requests/:number/form/:step': { at: '/requests/999999/form/group', needs: 'request:draft', missing: true },
  '/requests/:number/paper': { at: '/requests/999999/paper', needs: 'request:decide-as-exchange', missing: true },
  '/requests/:number/paper/:paperId': {
    at: `/requests/999999/paper/${id}`,
    needs: 'request:read',
    missing: true,
  },
  '/requests/:number/decide/:verdict': {
    at: '/requests/999999/decide/approve',
    needs: 'request:decide',
    missing: true,
  },
  '/requests/:number/act/:act': { at: '/requests/999999/act/withdraw', needs: 'request:withdraw', missing: true },
  '/requests/:number/discard': { at: '/requests/999999/discard', needs: 'request:draft', missing: true },
  '/requests/:number/copy': { at: '/requests/999999/copy', needs: 'request:draft', missing: true },
  '/feeds': { at: '/feeds', needs: 'feed:read' },
  '/feeds/:feedId': { at: '/feeds/no-such-feed', needs: 'feed:read', missing: true },
  '/feeds/:feedId/reset': { at: '/feeds/no-such-feed/reset', needs: 'feed:write', missing: true },
  '/sessions.csv': { at: '/sessions.csv', needs: 'source:read' },
  '/sessions': { at: '/sessions', needs: 'source:read' },
  '/sessions/:name': { at: '/sessions/ZZZ999', needs: 'source:read', missing: true },
  '/settings': { at: '/settings', needs: 'settings:read' },
  '/administration/people': { at: '/administration/people', needs: 'people:read' },
  '/administration/people.csv': { at: '/administration/people.csv', needs: 'people:read' },
  '/administration/people/invite': { at: '/administration/people/invite', needs: 'people:write' },
  '/administration/people/:userId/roles': {
    at: `/administration/people/${id}/roles`,
    needs: 'people:write',
    missing: true,
  },
  '/administration/people/:userId/disable': {
    at: `/administration/people/${id}/disable`,
    needs: 'people:write',
    missing: true,
  },
  '/administration/people/:userId/link': {
    at: `/administration/people/${id}/link`,
    needs: 'people:write',
    missing: true,
  },
  '/administration/people/:userId/code': {
    at: `/administration/people/${id}/code`,
    needs: 'people:write',
    missing: true,
  },
  '/administration/firms': { at: '/administration/firms', needs: 'firm:read' },
  '/administration/firms.csv': { at: '/administration/firms.csv', needs: 'firm:read' },
  '/firms/:firmId': { at: `/firms/${id}`, needs: 'directory:read', missing: true },
  '/firms/:firmId/domains/add': { at: `/firms/${id}/domains/add`, needs: 'firm:write', missing: true },
  '/firms/:firmId/domains/:domainId/end': { at: `/firms/${id}/domains/${id}/end`, needs: 'firm:write', missing: true },
  '/*': { at: '/no-such-page', needs: 'nothing', missing: true },
}

type Entry = { path?: string; file: string; children?: Entry[] }

/** Every address pattern that routes.ts makes, and the ids of the routes that load for it. */
function patterns(entries: readonly Entry[], above = '', ids: string[] = []): { pattern: string; ids: string[] }[] {
  return entries.flatMap((entry) => {
    const pattern = entry.path ? `${above}/${entry.path}` : above
    const loading = [...ids, entry.file.replace(/\.tsx?$/, '')]
    return entry.children ? patterns(entry.children, pattern, loading) : [{ pattern: pattern || '/', ids: loading }]
  })
}
export const all = patterns((await routes) as Entry[]) // what the builders of route-config make

/** The three ways in which the router asks for a page: as a document, as data, as the data of one route alone. */
export const ways = ({ pattern, ids }: (typeof all)[number]): string[] => {
  const { at } = pages[pattern]!
  const data = at === '/' ? '/_root.data' : `${at}.data`
  return [at, data, ...ids.map((route) => `${data}?_routes=${encodeURIComponent(route)}`)]
}

/** The sandbox's people, each signed in once by its list. */
export function peopleOf(url: () => string) {
  const cookies = new Map<string, string>()
  const cookieOf = async (name: string): Promise<string> => {
    const known = cookies.get(name)
    if (known) return known
    const list = await (await fetch(`${url()}/sign-in`)).text()
    const offered = new RegExp(`value="([0-9a-f-]{36})"[^>]*>Continue<span[^>]*> as (?:<!-- -->)?${name}<`)
    const userId = offered.exec(list)?.[1]
    if (!userId) throw new Error(`the sandbox does not offer ${name}`)
    const answer = await fetch(`${url()}/continue-as`, {
      method: 'POST',
      redirect: 'manual',
      headers: { Origin: url(), 'Content-Type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({ userId, next: '/' }),
    })
    const cookie = answer.headers
      .getSetCookie()
      .map((line) => line.split(';')[0])
      .join('; ')
    cookies.set(name, cookie)
    return cookie
  }
  return { cookieOf }
}
