import { parse } from 'node-html-parser'
import { describe, expect, test } from 'vitest'
import { seedPeople } from '#db/seed-data.ts'
import { may, type Permission } from '#domain/people/permissions.ts'
import { verdicts } from '#domain/request/lifecycle.ts'
import { sandbox } from '#test/e2e/sandbox.ts'
import { fewAtATime } from '#test/support/few-at-a-time.ts'
import { all, pages, peopleOf, ways } from './every-route.ts'

const portal = sandbox()
const { cookieOf } = peopleOf(portal.url)
test('every route is visited here', () => {
  expect(all.map(({ pattern }) => pattern).sort()).toEqual(Object.keys(pages).sort())
})

/** Nobody, and one person of every set of roles that the sandbox has. */
const people = [undefined, ...new Map(seedPeople.map((person) => [[...person.roles].sort().join(), person])).values()]
const standings = (person: (typeof people)[number]) => [...(person?.roles ?? []), 'authorized-contact' as const]

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
        // A contact of a group may draft; who is one follows from the seed, so that a
        // wider answer is accepted for drafts alone.
        else if (!may({ standings: standings(person) }, needs) && !isDecider(person, needs))
          expect(missing && route.ids.length > 1 ? [403, 404] : [403], said).toContain(answer.status)
        else if (may({ standings: person.roles }, needs)) {
          // a tab of a group reads nothing itself: the group does; its history alone is read by its tab
          const tab =
            !route.pattern.endsWith('/history') &&
            route.ids.length > 1 &&
            address.endsWith(encodeURIComponent(route.ids.at(-1) ?? ''))
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
      const isAllowed = person && (may({ standings: person.roles }, needs) || isDecider(person, needs))
      const mayBe = person && may({ standings: standings(person) }, needs)
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
  needs === 'request:decide' && may({ standings: person.roles }, 'request:decide-as-exchange')

const toSignIn = (answer: Response, body: string) =>
  (answer.headers.get('location') ?? '').startsWith('/sign-in') || (answer.status === 202 && body.includes('/sign-in'))
