import { createHmac, timingSafeEqual } from 'node:crypto'
import { redirect } from '@remix-run/node'
import type { RequestContext, SignedInUser } from './context.ts'

/** What an act has done, for the page that it leads to. `id` tells one telling from another. */
interface Said {
  id: string
  sentence: string
}

/** Seconds: a page that nobody reaches by then has nothing to say. */
const lifeS = 120

/**
 * To a page that says, once, what was just done. The sentence travels in a cookie that this sign-in's own key signs, so
 * that nobody else can put words into the portal's mouth, and only the page that it is meant for takes it.
 */
export function redirectSaying(
  context: Pick<RequestContext, 'user' | 'publicUrl' | 'deps'>,
  to: string,
  sentence: string,
): Response {
  const { user, publicUrl, deps } = context
  if (!user) return redirect(to)
  const path = to.split(/[?#]/)[0] ?? to
  const content = Buffer.from(JSON.stringify([deps.newId(), path, sentence])).toString('base64url')
  const secure = publicUrl.startsWith('https:') ? '; Secure' : ''
  const cookie = `said=${content}.${sign(user, content)}; Path=/; Max-Age=${lifeS}; HttpOnly; SameSite=Lax${secure}`
  return redirect(to, { headers: { 'Set-Cookie': cookie } })
}

/** What this page has to say, where it is the page that an act led to. */
export function readSaid(request: Request, user: SignedInUser, here: string): Said | null {
  const [, content = '', signature = ''] =
    /(?:^|;\s*)said=([\w-]{1,4000})\.([\w-]{43})(?:;|$)/.exec(request.headers.get('Cookie') ?? '') ?? []
  if (content === '' || !timingSafeEqual(Buffer.from(signature), Buffer.from(sign(user, content)))) return null
  const [id, path, sentence] = JSON.parse(Buffer.from(content, 'base64url').toString())
  return path === here.split('?')[0] ? { id: String(id), sentence: String(sentence) } : null
}

/** `Set-Cookie` for a page that has said it. */
export const nothingToSay = 'said=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax'

const sign = ({ sessionId }: SignedInUser, content: string): string =>
  createHmac('sha256', sessionId).update(content).digest('base64url')
