import { describe, expect, test } from 'vitest'
import { readSaid, redirectSaying } from '#app/http/said.server.ts'

const user = (sessionId: string) => ({
  ...{ kind: 'person' as const, userId: 'u', name: 'Avery Alder', email: 'avery@alder.example', firmId: 'f' },
  ...{ firmName: 'Alder Trading', isExchange: false, standings: [], sessionId },
})
type Context = Parameters<typeof redirectSaying>[0]
const context = (sessionId: string, publicUrl = 'http://portal.example'): Context => ({
  ...{ user: user(sessionId), publicUrl },
  deps: {
    withActor: () => Promise.reject(new Error('no database')),
    now: () => new Date(0),
    newId: () => 'id-1',
    randomBytes: () => new Uint8Array(),
    seal: () => Buffer.alloc(0),
  },
})
const cookieOf = (answer: Response) => answer.headers.get('Set-Cookie')?.split(';')[0] ?? ''
const asking = (cookie: string) => new Request('http://portal.example/', { headers: { Cookie: cookie } })
const answer = redirectSaying(context('session'), '/requests/7?tab=parties', 'Request 7 is withdrawn – “at once”.')

describe('what an act has done', () => {
  test('travels with the redirect, for two minutes, where no script reads it', () => {
    expect([answer.status, answer.headers.get('Location')]).toEqual([302, '/requests/7?tab=parties'])
    expect(answer.headers.get('Set-Cookie')).toMatch(/; Max-Age=120; HttpOnly; SameSite=Lax$/)
    const secure = redirectSaying(context('session', 'https://portal.example'), '/', 'Done.')
    expect(secure.headers.get('Set-Cookie')).toMatch(/; Secure$/)
  })

  test('is said by the page that the act leads to, whatever its address asks besides, and by no other', () => {
    const request = asking(`theme=dark; ${cookieOf(answer)}; other=1`)
    const said = { id: 'id-1', sentence: 'Request 7 is withdrawn – “at once”.' }
    expect(readSaid(request, user('session'), '/requests/7?tab=parties')).toEqual(said)
    expect(readSaid(request, user('session'), '/requests/7')).toEqual(said)
    expect(readSaid(request, user('session'), '/requests/8')).toBeNull()
    expect(readSaid(request, user('session'), '/')).toBeNull()
  })

  test('is nothing where another sign-in wrote it, or somebody changed it', () => {
    const [, content = '', signature = ''] = /^said=([\w-]+)\.([\w-]+)$/.exec(cookieOf(answer)) ?? []
    const forged = Buffer.from(JSON.stringify(['id-2', '/requests/7', 'Send money.'])).toString('base64url')
    const cookies = [
      `said=${forged}.${signature}`,
      `said=${content}.${'A'.repeat(43)}`,
      'said=',
      'said=.',
      'said=x.y',
      '',
    ]
    for (const cookie of cookies) expect(readSaid(asking(cookie), user('session'), '/requests/7')).toBeNull()
    expect(readSaid(asking(cookieOf(answer)), user('another'), '/requests/7')).toBeNull()
  })
})
