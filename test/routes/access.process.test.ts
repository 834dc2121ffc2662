import { parse } from 'node-html-parser'
import { describe, expect, test } from 'vitest'
import routes from '#app/routes.ts'
import { seedPeople } from '#db/seed-data.ts'
import { mayWith, type Permission } from '#domain/people/permissions.ts'
import { verdicts } from '#domain/request/lifecycle.ts'
import { sandbox } from '#test/e2e/sandbox.ts'
import { fewAtATime } from '#test/support/few-at-a-time.ts'

const portal = sandbox()
const id = '00000000-0000-4000-8000-000000000001'

/** Every page by its pattern in routes.ts: an address of it that names nothing, what opens it, and its own route id. */
const pages: Record<string, { at: string; needs: Permission | 'nothing'; missing?: true }> = {
  '/': { at: '/', needs: 'status:read' },
  '/sign-in': { at: '/sign-in', needs: 'nothing' },
  '/sign-out': { at: '/sign-out', needs: 'nothing' },
  '/theme': { at: '/theme', needs: 'nothing' },
  '/environment': { at: '/environment', needs: 'nothing' },
  '/continue-as': { at: '/continue-as', needs: 'nothing' },
  '/invitations/:token': { at: '/invitations/never-made', needs: 'nothing' },
  '/set-up/:token': { at: '/set-up/never-made', needs: 'nothing' },
  '/account': { at: '/account', needs: 'own-password:write' },
  '/groups': { at: '/groups', needs: 'group:read' },
  '/groups/:groupId': { at: `/groups/${id}`, needs: 'group:read', missing: true },
  '/groups/:groupId/sources': { at: `/groups/${id}/sources`, needs: 'group:read', missing: true },
  '/groups/:groupId/targets': { at: `/groups/${id}/targets`, needs: 'target:read', missing: true },
  '/groups/:groupId/requests': { at: `/groups/${id}/requests`, needs: 'request:read', missing: true },
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
  '/requests': { at: '/requests', needs: 'request:read' },
  '/requests/new': { at: '/requests/new', needs: 'request:draft' },
  '/requests/:number': { at: '/requests/999999', needs: 'request:read', missing: true },
  '/requests/:number/form/:step': { at: '/requests/999999/form/group', needs: 'request:draft', missing: true },
  '/requests/:number/decide/:verdict': {
    at: '/requests/999999/decide/approve',
    needs: 'request:decide',
    missing: true,
  },
  '/requests/:number/act/:act': { at: '/requests/999999/act/withdraw', needs: 'request:withdraw', missing: true },
  '/requests/:number/discard': { at: '/requests/999999/discard', needs: 'request:draft', missing: true },
  '/requests/:number/copy': { at: '/requests/999999/copy', needs: 'request:draft', missing: true },
  '/feeds/:feedId': { at: '/feeds/no-such-feed', needs: 'feed:read', missing: true },
  '/sessions': { at: '/sessions', needs: 'source:read' },
  '/administration/people': { at: '/administration/people', needs: 'people:read' },
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
const all = patterns((await routes) as Entry[]) // what the builders of route-config make

test('every route is visited here', () => {
  expect(all.map(({ pattern }) => pattern).sort()).toEqual(Object.keys(pages).sort())
})

/** Nobody, and one person of every set of roles that the sandbox has. */
const people = [undefined, ...new Map(seedPeople.map((person) => [[...person.roles].sort().join(), person])).values()]
const standings = (person: (typeof people)[number]) => [...(person?.roles ?? []), 'authorized-contact' as const]

/** The three ways in which the router asks for a page: as a document, as data, as the data of one route alone. */
const ways = ({ pattern, ids }: (typeof all)[number]): string[] => {
  const { at } = pages[pattern]!
  const data = at === '/' ? '/_root.data' : `${at}.data`
  return [at, data, ...ids.map((route) => `${data}?_routes=${encodeURIComponent(route)}`)]
}

describe.each(people.map((person) => ({ name: person?.name ?? 'nobody', person })))('$name', ({ person }) => {
  test.each(all)(
    'gets of $pattern what the table of permissions says, in every way it can be asked for',
    async (route) => {
      const { needs, missing } = pages[route.pattern]!
      const cookie = person ? await cookieOf(person.name) : ''
      const look = async (address: string) => {
        const answer = await fetch(portal.url() + address, { headers: { cookie }, redirect: 'manual' })
        const body = await answer.text()
        const said = `${address}: ${answer.status}`
        expect(answer.status, `${said}\n${body.slice(0, 400)}`).toBeLessThan(500)
        if (needs === 'nothing') return
        if (!person) expect(toSignIn(answer, body), said).toBe(true)
        // A contact of a group may draft; who is one follows from the seed, so that a wider answer is accepted for drafts alone.
        else if (!mayWith(standings(person), needs) && !isDecider(person, needs))
          expect(missing && route.ids.length > 1 ? [403, 404] : [403], said).toContain(answer.status)
        else if (mayWith(person.roles, needs)) {
          // a tab of a group reads nothing itself: the group does
          const tab = route.ids.length > 1 && address.endsWith(encodeURIComponent(route.ids.at(-1) ?? ''))
          expect(answer.status, said).toBe(missing && !tab ? 404 : 200)
        }
      }
      await Promise.all(ways(route).map(look))
    },
  )
})

describe.each(people.map((person) => ({ name: person?.name ?? 'nobody', person })))(
  '$name, sending an empty form',
  ({ person }) => {
    const forms = all.filter(({ pattern }) => pages[pattern]!.needs !== 'nothing')
    test.each(forms)('to $pattern changes nothing', async ({ pattern }) => {
      const { at, needs } = pages[pattern]!
      if (needs === 'nothing') throw new Error('filtered above')
      const headers = {
        cookie: person ? await cookieOf(person.name) : '',
        Origin: portal.url(),
        'Content-Type': 'application/x-www-form-urlencoded',
      }
      const address = at === '/' ? '/?index' : at
      const answer = await fetch(portal.url() + address, { method: 'POST', body: '', headers, redirect: 'manual' })
      const body = await answer.text()
      const isAllowed = person && (mayWith(person.roles, needs) || isDecider(person, needs))
      const mayBe = person && mayWith(standings(person), needs)
      const expected = isAllowed ? [404, 405, 422] : mayBe ? [403, 404, 405, 422] : person ? [403, 405] : [302, 405]
      expect(expected, `${address}: ${answer.status}\n${body.slice(0, 300)}`).toContain(answer.status)
    })
  },
)

describe('a page for what cannot be done', () => {
  const acts = ['take-back', 'withdraw', 'undo'].map((act) => `act/${act}`)
  const pagesOfActs = [...acts, ...verdicts.map((verdict) => `decide/${verdict}`), 'discard', 'copy', 'form/review']

  test.each(['Avery Alder', 'Casey Cedar', 'Drew Dogwood', 'Xan Xenon', 'Bailey Birch', 'Harper Harbor'])(
    'says to %s why, and leads back',
    async (name) => {
      const cookie = await cookieOf(name)
      const addresses = [1, 2, 3, 4, 5].flatMap((number) => pagesOfActs.map((act) => `/requests/${number}/${act}`))
      let barred = 0
      await fewAtATime(addresses, async (address) => {
        const answer = await fetch(portal.url() + address, { headers: { cookie }, redirect: 'manual' })
        const main = parse(await answer.text()).querySelector('main')
        const said = `${address}: ${answer.status} ${main?.structuredText}`
        expect([200, 403, 404, 409], said).toContain(answer.status)
        if (answer.status === 403 || answer.status === 404 || main?.querySelector('button.button')) return
        barred++
        expect(main?.structuredText, said).toMatch(/[A-Z][^.]{15,}\./)
        const number = address.split('/')[2]
        expect(
          main?.querySelectorAll('a').map((a) => a.getAttribute('href')?.split('/')[2]),
          said,
        ).toContain(number)
      })
      expect(barred).toBeGreaterThan(3)
    },
  )
})

/** The decision pages are the firms' and the exchange's alike. */
const isDecider = (person: NonNullable<(typeof people)[number]>, needs: Permission) =>
  needs === 'request:decide' && mayWith(person.roles, 'request:decide-as-exchange')

const toSignIn = (answer: Response, body: string) =>
  (answer.headers.get('location') ?? '').startsWith('/sign-in') || (answer.status === 202 && body.includes('/sign-in'))

const cookies = new Map<string, string>()

/** One sign-in a person, by the sandbox's list. */
async function cookieOf(name: string): Promise<string> {
  const known = cookies.get(name)
  if (known) return known
  const list = await (await fetch(`${portal.url()}/sign-in`)).text()
  const userId = new RegExp(`value="([0-9a-f-]{36})"[^>]*>Continue<span[^>]*> as (?:<!-- -->)?${name}<`).exec(list)?.[1]
  if (!userId) throw new Error(`the sandbox does not offer ${name}`)
  const answer = await fetch(`${portal.url()}/continue-as`, {
    method: 'POST',
    redirect: 'manual',
    headers: { Origin: portal.url(), 'Content-Type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ userId, next: '/' }),
  })
  const cookie = answer.headers
    .getSetCookie()
    .map((line) => line.split(';')[0])
    .join('; ')
  cookies.set(name, cookie)
  return cookie
}
