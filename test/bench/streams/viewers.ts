import { createHash, randomBytes, randomUUID } from 'node:crypto'
import { type ClientRequest, get } from 'node:http'
import type postgres from 'postgres'
import { streamLimits } from '#app/http/events.server.ts'

/** Sign in so many people of the exchange that they may have this many streams. @returns a cookie for each */
export async function signInMany(owner: postgres.Sql, url: string, streams: number): Promise<string[]> {
  const [like] = await owner<{ firm: string; granter: string }[]>`
    select u.firm_id as firm, u.id as granter from dc.users u join dc.firms f on f.id = u.firm_id
    where f.is_exchange and u.state = 'active' limit 1`
  const people = Array.from({ length: Math.ceil(streams / streamLimits.person) }, () => {
    const id = randomUUID()
    const raw = randomBytes(20).toString('hex')
    return { id, raw, session: createHash('sha256').update(raw).digest('hex') }
  })
  for (const { id, session } of people) {
    await owner`insert into dc.users (id, firm_id, email, name)
      values (${id}, ${like?.firm ?? ''}, ${`viewer-${id}@exchange.example`}, 'Sample Viewer')`
    await owner`insert into dc.role_grants (user_id, firm_id, role, during, granted_by)
      values (${id}, ${like?.firm ?? ''}, 'operations', tstzrange(now() - interval '1 hour', null), ${like?.granter ?? ''})`
    await owner`insert into dc.auth_sessions (id, user_id, created_at, expires_at, absolute_until)
      values (${session}, ${id}, now(), now() + interval '4 hours', now() + interval '12 hours')`
  }
  return people.map(({ raw }) => `drop_copy_${new URL(url).port}=${raw}`)
}

/** One open stream. */
export interface Viewer {
  /** It was sent what its page lacked. */
  isWelcome: boolean
  /** When an event last held the text that is looked for. */
  sawMs: number
  request: ClientRequest
}

/** What all viewers look for in their events; empty: nothing. */
export const lookedFor = { text: '' }

/** Open a stream of the status page that says it shows nothing of it. */
export function view(url: string, cookie: string): Viewer {
  const headers = { Cookie: cookie, 'X-Shown-Marks': '' }
  const request = get(`${url}/events/status`, { headers, agent: false }, (answer) => {
    if (answer.statusCode !== 200) throw new Error(`a stream was answered ${answer.statusCode}`)
    answer.setEncoding('utf8').on('data', (text: string) => {
      if (!viewer.isWelcome) viewer.isWelcome = text.includes('event: shown')
      if (lookedFor.text !== '' && text.includes(lookedFor.text)) viewer.sawMs = performance.now()
    })
    answer.on('error', () => undefined)
  })
  request.on('error', () => undefined) // the portal stopped
  const viewer: Viewer = { isWelcome: false, sawMs: 0, request }
  return viewer
}
