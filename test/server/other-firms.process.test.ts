import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { seedPeople } from '#db/seed-data.ts'
import { type App, startFreshApp } from '#test/support/app.ts'
import { fewAtATime } from '#test/support/few-at-a-time.ts'
import type { FreshDb } from '#test/support/fresh-db.ts'

let db: FreshDb
let app: App
let close: () => Promise<void>
beforeAll(async () => {
  ;({ db, app, close } = await startFreshApp({ SANDBOX_TRAFFIC: '0' }))
})
afterAll(() => close?.())

/** A group, request or target by its address, its name, and the firms that may know of it beside the exchange. */
type Thing = { at: string; id: string; name: string; firms: string[] }

async function everything(): Promise<Thing[]> {
  const groups = await db.owner<{ id: string; name: string; firms: string[] }[]>`
    select g.id, g.name, array_agg(distinct f.name) as firms from dc.groups g
    left join dc.consents c on c.group_id = g.id
    left join dc.requests r on r.group_id = g.id
    left join dc.request_parties p on p.request_id = r.id and p.capacity <> 'exchange'
    join dc.firms f on f.id in (g.owner_id, c.clearing_firm_id, p.firm_id) group by g.id`
  const targets = await db.owner<
    { session_id: string; group_id: string }[]
  >`select session_id, group_id from dc.targets`
  const requests = await db.owner<{ number: number; group_id: string | null; owner: string }[]>`
    select r.number, r.group_id, f.name as owner from dc.requests r join dc.firms f on f.id = r.owner_id`
  const groupOf = (id: string | null) => groups.find((group) => group.id === id)
  return [
    ...groups.flatMap(({ id, name, firms }) =>
      ['', '/sources', '/targets', '/requests', '/billing', '/history'].map((tab) => ({
        at: `/groups/${id}${tab}`,
        id,
        name,
        firms,
      })),
    ),
    // what a guarantor sees of a target is its group's page
    ...targets.map((target) => ({
      at: `/targets/${target.session_id}`,
      id: target.session_id,
      name: target.session_id,
      firms: groupOf(target.group_id)?.firms ?? [],
    })),
    ...requests.flatMap(({ number, group_id, owner }) => {
      const thing = { name: groupOf(group_id)?.name ?? 'Desk 7', firms: groupOf(group_id)?.firms ?? [owner] }
      const pages = ['', '/form/group', '/form/review', '/decide/approve', '/act/withdraw', '/discard', '/copy']
      return pages.map((page) => ({ ...thing, id: thing.name, at: `/requests/${number}${page}` }))
    }),
  ]
}

/** As data always; as a document, which is the slower way, where a thing has its own page. */
const waysTo = ({ at }: Thing) => (at.split('/').length === 3 ? [at, `${at}.data`] : [`${at}.data`])

async function cookieOf(name: string): Promise<string> {
  const [user] = await db.owner<{ id: string }[]>`select id from dc.users where name = ${name}`
  const answer = await fetch(`${app.url}/continue-as`, {
    method: 'POST',
    headers: { Origin: app.url },
    body: new URLSearchParams({ userId: user?.id ?? '' }),
    redirect: 'manual',
  })
  return answer.headers
    .getSetCookie()
    .map((line) => line.split(';')[0])
    .join('; ')
}
const firmOf = async (name: string) =>
  (
    await db.owner<
      { firm: string }[]
    >`select f.name as firm from dc.users u join dc.firms f on f.id = u.firm_id where u.name = ${name}`
  )[0]?.firm ?? ''

describe.each(seedPeople.filter(({ firm }) => firm !== 'harbor'))('$name', ({ name }) => {
  test('learns nothing of what belongs to other firms, by no address and in no way of asking', async () => {
    const cookie = await cookieOf(name)
    const firm = await firmOf(name)
    const foreign = (await everything()).filter(({ firms }) => !firms.includes(firm))
    expect(foreign.length).toBeGreaterThan(5)
    const asked = foreign.flatMap((thing) => waysTo(thing).map((address) => ({ thing, address })))
    await fewAtATime(asked, async ({ thing, address }) => {
      const answer = await fetch(app.url + address, { headers: { cookie }, redirect: 'manual' })
      const body = await answer.text()
      const said = `${address} (${thing.name}): ${answer.status}`
      expect([403, 404], said).toContain(answer.status)
      // what was asked for stands in the answer's own address; nothing else of it may
      expect(body.replaceAll(thing.at, ''), said).not.toContain(thing.name)
    })
  })
  test('finds none of it on the pages that list things', async () => {
    const cookie = await cookieOf(name)
    const firm = await firmOf(name)
    const foreign = (await everything()).filter(({ firms }) => !firms.includes(firm))
    for (const page of ['/', '/groups', '/requests', '/requests?show=all', '/sessions', '/requests/new'])
      for (const address of [page, page === '/' ? '/_root.data' : page.replace(/(\?|$)/, '.data$1')]) {
        const body = await (await fetch(app.url + address, { headers: { cookie } })).text()
        for (const thing of foreign) {
          expect(body, `${address}: ${thing.name}`).not.toContain(thing.name)
          expect(body, `${address}: ${thing.id}`).not.toContain(thing.id)
        }
      }
  })
})
