import { createHash } from 'node:crypto'

const year = 365 * 24 * 60 * 60
const nameForm = /^[a-z][a-z-]{0,29}$/
/** More than any list has. */
const mostColumns = 40

/** The cookie of a person's choice for one list; people who share a browser have each their own. */
const cookieOf = (userId: string, list: string): string =>
  `columns-${createHash('sha256').update(userId).digest('hex').slice(0, 12)}-${list}`

/** The columns of a list that this person does not want to see. */
export function hiddenColumns(request: Request, userId: string, list: string): string[] {
  const cookies = (request.headers.get('Cookie') ?? '').split(/;\s*/)
  const prefix = `${cookieOf(userId, list)}=`
  const value = cookies.find((cookie) => cookie.startsWith(prefix))?.slice(prefix.length) ?? ''
  return value
    .split('.')
    .filter((name) => nameForm.test(name))
    .slice(0, mostColumns)
}

/** `Set-Cookie` for a choice; undefined where the names are none of a list. */
export function columnsCookie(userId: string, list: string, hidden: readonly string[]): string | undefined {
  if (![list, ...hidden].every((name) => nameForm.test(name)) || hidden.length > mostColumns) return undefined
  const age = hidden.length > 0 ? year : 0
  return `${cookieOf(userId, list)}=${hidden.join('.')}; Path=/; Max-Age=${age}; HttpOnly; SameSite=Lax`
}
