import { request as httpRequest } from 'node:http'
import { connect } from 'node:net'
import { parse } from 'node-html-parser'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { seedPeople } from '#db/seed-data.ts'
import { may, type Permission } from '#domain/people/permissions.ts'
import { type FreshApp, startFreshApp } from '#test/support/app.ts'
import { fewAtATime } from '#test/support/few-at-a-time.ts'
import { all, pages, peopleOf } from './every-route.ts'

let fresh: FreshApp
/** Something real for each parameter of a route, so that a request comes as far as it can. */
let real: Record<string, string>
beforeAll(async () => {
  fresh = await startFreshApp({ SANDBOX_TRAFFIC: '0' })
  const [found] = await fresh.db.owner`
    select t.session_id as "sessionId", g.id as "groupId", c.id as "contactId", k.id as "credentialId", u.id as "userId"
    from dc.targets t join dc.groups g on g.id = t.group_id join dc.group_contacts c on c.group_id = g.id
    join dc.target_credentials k on k.target_id = t.id, dc.users u where u.email = 'avery@alder.example' limit 1`
  const choices = {
    number: '5',
    step: 'sources',
    verdict: 'approve',
    act: 'withdraw',
    feedId: 'gw1',
    token: 'never-made',
  }
  real = { ...found, ...choices, '*': 'nothing' }
})
afterAll(() => fresh?.close())

const url = () => fresh.app.url
const { cookieOf } = peopleOf(url)
/** Of a firm, and of the exchange: with their roles, and so that each route has one of them who may use it. */
const people = ['Alex Alder', 'Harper Harbor'].map((name) => {
  const roles = seedPeople.find((person) => person.name === name)?.roles ?? []
  return { name, may: (permission: Permission) => may({ standings: roles }, permission) }
})
/** Who sends this body there: whoever may; where both may or neither, they take turns. */
function senderOf(pattern: string, turn: number): string {
  const needs = pages[pattern]?.needs ?? 'nothing'
  const able = needs === 'nothing' ? people : people.filter(({ may }) => may(needs))
  const among = able.length > 0 ? able : people
  return among[turn % among.length]?.name ?? ''
}

/** The address of a route with these in the place of its parameters. */
const addressOf = (pattern: string, values: Record<string, string>) =>
  pattern.replace(/:(\w+)|\*/g, (word, name) => values[name ?? word] ?? 'x')

/** Every form field that any page sends, with a value that its form takes. */
const fields = (): [string, string][] => [
  ['email', 'odd@alder.example'],
  ['name', 'Odd Name'],
  ['exchange', 'Odd Exchange'],
  ['password', 'odd quiet harbours'],
  ['current', 'odd quiet harbours'],
  ['next', 'odd plain lanterns'],
  ['again', 'odd plain lanterns'],
  ['theme', 'dark'],
  ['back', '/groups'],
  ['environment', 'sandbox'],
  ['reason', 'An odd reason'],
  ['roles[]', 'viewer'],
  ['version', '1'],
  ['kind', 'new-group'],
  ['groupName', 'Odd group'],
  ['purpose', 'Odd purpose'],
  ['sources[]', 'K7T882'],
  ['typedSources', 'M3P882'],
  ['level', 'all'],
  ['protocol', 'classic'],
  ['contacts.0.name', 'Odd Contact'],
  ['contacts.0.email', 'odd@alder.example'],
  ['connection.notes', 'Odd notes'],
  ['mode', 'from-now-on'],
  ['to', 'backup'],
  ['round', '1'],
  ['capacity', 'guarantor'],
  ['digest', '0'.repeat(64)],
  ['intent', 'stay'],
]
const encoded = (list: readonly [string, string][]) => new URLSearchParams(list.map(([name, value]) => [name, value]))
const withId = (list: readonly [string, string][]): string => {
  const ids = [...encoded([['commandId', crypto.randomUUID()]]), ...encoded([['firmId', crypto.randomUUID()]])]
  return new URLSearchParams([...ids, ...list]).toString()
}
const form = 'application/x-www-form-urlencoded'

/** Bodies that no page sends: what is wrong with each, its type, and its text. */
const bodies: [string, string, () => string][] = [
  ['NUL at the end of every field', form, () => withId(fields().map(([name, value]) => [name, `${value}\0`]))],
  ['NUL in every field’s name', form, () => withId(fields().map(([name, value]) => [`${name}\0`, value]))],
  [
    'halves of surrogate pairs',
    form,
    () => withId(fields()).replaceAll('Odd', '%ED%A0%80').replaceAll('odd', '%ED%BF%BF'),
  ],
  ['percent signs that encode nothing', form, () => withId(fields()).replaceAll('Odd', '%').replaceAll('odd', '%zz')],
  ['every field twice', form, () => withId([...fields(), ...fields()])],
  ['every field with 1,500 characters', form, () => withId(fields().map(([name]) => [name, 'x'.repeat(1500)]))],
  [
    'names that reach into objects',
    form,
    () =>
      withId([
        ['__proto__.x', '1'],
        ['a.b.c.d.e.f.g', '1'],
        ['constructor', '1'],
      ]),
  ],
  ['JSON', 'application/json', () => JSON.stringify(Object.fromEntries(fields()))],
  ['JSON that says it is a form', form, () => JSON.stringify(Object.fromEntries(fields()))],
  ['plain text', 'text/plain', () => withId(fields())],
  ['a type that is no type', ';;', () => withId(fields())],
  ['no type', '', () => withId(fields())],
  ['half a multipart body', 'multipart/form-data; boundary=x', () => '--x\r\nContent-Disp'],
  ['multipart without a boundary', 'multipart/form-data', () => '--x--'],
  [
    'files where no page takes one, with NUL in their names',
    'multipart/form-data; boundary=x',
    () =>
      ['commandId', 'number', 'version', 'file', 'email', 'theme', 'userId']
        .map((name) => `--x\r\nContent-Disposition: form-data; name="${name}"; filename="a\0.pdf"\r\n\r\n%PDF-\0\r\n`)
        .join('') + '--x--\r\n',
  ],
  ['a character set of another age', `${form}; charset=utf-16`, () => withId(fields())],
]

/** A 4xx, or what a page answers who reads it as nothing odd; a refusal comes with a sentence. */
function expectAnswered(status: number, body: string, said: string): void {
  expect(status, `${said}\n${body.slice(0, 600)}`).toBeLessThan(500)
  if (status < 400) return
  const words = body.startsWith('<') ? (parse(body).querySelector('main')?.structuredText ?? '') : body
  expect(words, said).toMatch(/[A-Z][^.]{15,}\./)
}

/** Send this body to these routes. */
async function sendTo(
  routes: typeof all,
  [title, type, body]: (typeof bodies)[number],
  sender: (pattern: string, at: number) => string | undefined,
): Promise<void> {
  const numbered = routes.map(({ pattern }, at) => ({ pattern, name: sender(pattern, at) }))
  await fewAtATime(numbered, async ({ pattern, name }) => {
    if (pattern === '/sign-out') return // it reads no body, and would end this person's session
    const cookie = name ? await cookieOf(name) : ''
    const at = addressOf(pattern, real)
    for (const address of [
      at === '/' ? '/?index' : at,
      ...(title.startsWith('NUL at') ? [`${at}?more&check=x`] : []),
    ]) {
      const headers = { cookie, Origin: url(), ...(type && { 'Content-Type': type }) }
      const sent = new TextEncoder().encode(body())
      const answer = await fetch(url() + address, { method: 'POST', body: sent, headers, redirect: 'manual' })
      expectAnswered(answer.status, await answer.text(), `${address}, sent by ${name}: ${answer.status}`)
    }
  })
}

describe('a body that no page sends', () => {
  test.each(bodies)('%s, to every page by somebody who may use it, is answered in words', async (...one) => {
    const turn = bodies.findIndex(([title]) => title === one[0])
    await sendTo(all, one, (pattern, at) => senderOf(pattern, at + turn))
  })
  test.each(bodies)('%s, sent by nobody to what is open to everybody, is answered in words', async (...one) => {
    const open = all.filter(({ pattern }) => pages[pattern]?.needs === 'nothing')
    await sendTo(open, one, () => undefined)
  })
  test('sent by nobody to every other page, or by somebody who may not use it, is answered in words', async () => {
    const [first] = bodies
    await sendTo(all, first!, () => undefined)
    for (const { name } of people) await sendTo(all, first!, () => name)
  })
})

describe.each([undefined, 'Harper Harbor'])('asked for by %s', (person) => {
  const words: [string, string][] = [
    ['half of a surrogate pair', '%ED%A0%80'],
    ['a percent sign', '%'],
    ['NUL', '%00'],
    ['a face', '%F0%9F%98%80'],
    ['a quote', "'"],
    ['the folder above', '%2e%2e'],
    ['a negative number', '-1'],
    ['a number of 32 bits', '2147483648'],
    ['a number of no size', '1e400'],
    ['1,500 characters', 'x'.repeat(1500)],
    ['the end of a header', '%0d%0aX:1'],
  ]
  test.each(words)('%s, in the place of every parameter and as a query, is answered in words', async (_title, word) => {
    const cookie = person ? await cookieOf(person) : ''
    await fewAtATime(all, async ({ pattern }) => {
      const parameters = [...pattern.matchAll(/:(\w+)|\*/g)].map((match) => match[1] ?? '*')
      const odd = parameters.map((name) => addressOf(pattern, { ...real, [name]: word }))
      const at = addressOf(pattern, real)
      const names = ['next', 'group', 'show', 'check', word]
      const query = `${at}?${names.map((name) => `${name}=${word}`).join('&')}`
      for (const address of [...odd, query, `${at}.data?_routes=${word}`]) {
        const answer = await fetch(url() + address, { headers: { cookie }, redirect: 'manual' })
        const body = await answer.text()
        expectAnswered(answer.status, body, `${address.slice(0, 200)}: ${answer.status}`)
      }
    })
  })
})

/** A request as it goes over the wire, with exactly these headers: fetch adds and forbids some. */
const raw = (path: string, headers: Record<string, string>, method = 'GET', body = '') =>
  new Promise<{ status: number; text: string }>((resolve, reject) => {
    const options = { method, headers, agent: false, path, setHost: !('Host' in headers) }
    const sent = httpRequest(new URL(url()), options, (answer) => {
      let text = ''
      answer.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk
      })
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, text }))
    })
    sent.on('error', reject).end(body)
  })

describe('a head that no browser sends', () => {
  test.each(['[', '[::', 'a b', 'a@b', 'a/b', 'a?b', 'a#b', '', 'a:b', 'a:99999', '%00', '<script>', '::1'])(
    'with Host %j is refused in words, as document, data, asset, health and stream',
    async (host) => {
      for (const path of ['/sign-in', '/sign-in.data', '/assets/x.js', '/health', '/events/status']) {
        const answer = await raw(path, { Host: host })
        expect(answer.status, path).toBe(400)
        expect(answer.text).toMatch(/[A-Z][^.]{15,}\./)
      }
      const posted = await raw('/theme', { Host: host, Origin: url(), 'Content-Type': form }, 'POST', 'theme=dark')
      expect(posted.status).toBe(400)
    },
  )
  test.each(['portal.example', 'my_portal:8080', '127.0.0.1:1', '[::1]:80', 'PORTAL'])(
    'but with Host %j is answered',
    async (host) => {
      expect((await raw('/sign-in', { Host: host })).status).toBe(200)
    },
  )
  test.each(['[', 'http://[', 'null', '//', 'http://', 'file:///', 'http://a b', 'x'.repeat(5000)])(
    'with Origin %j changes nothing',
    async (origin) => {
      const answer = await raw('/theme', { Origin: origin, 'Content-Type': form }, 'POST', 'theme=dark')
      expect([answer.status, answer.text]).toEqual([403, expect.stringContaining('Nothing was changed')])
    },
  )
  test.each(['*', 'http://[', 'http://[/', '//[', '//evil.example/x', 'x', '/\u00ff', '/%c0%80'])(
    'asking for %j is answered in words, and never with another place',
    async (path) => {
      const lines = await rawLine(`GET ${path} HTTP/1.1`)
      expect(lines).toMatch(/^HTTP\/1\.1 (302|400|404) /)
      expect(lines).not.toMatch(/^location: (?!\/)/im)
      expect(lines).not.toMatch(/^location: \/\//im)
    },
  )
  test.each(['TRACE', 'PROPFIND', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])('%s is answered below 500', async (method) => {
    for (const path of ['/', '/sign-in', '/groups', '/theme']) {
      const answer = await raw(path, { Origin: url(), 'Content-Type': form }, method, 'theme=dark')
      expect(answer.status, path).toBeLessThan(500)
    }
  })
})

/** One request line as it is, and the head of the answer. */
const rawLine = (line: string) =>
  new Promise<string>((resolve, reject) => {
    const { hostname, port, host } = new URL(url())
    const socket = connect(Number(port), hostname, () => {
      socket.write(Buffer.from(`${line}\r\nHost: ${host}\r\nConnection: close\r\n\r\n`, 'latin1'))
    })
    let text = ''
    socket.setEncoding('latin1').on('data', (chunk: string) => {
      text += chunk
    })
    socket.on('close', () => resolve(text.split('\r\n\r\n')[0] ?? '')).on('error', reject)
  })

test('of all this the log holds no failed page, and nothing that was typed', () => {
  const lines = fresh.app.log().split('\n')
  expect(lines.filter((line) => /"level":(50|60)/.test(line))).toEqual([])
  expect(fresh.app.log()).not.toMatch(/odd@alder|Odd (?:Name|Contact|notes)|odd quiet/)
})
