import { data } from '@remix-run/node'
import { isRole, roleNames } from '#domain/people/roles.ts'
import { stateInSentence } from '#domain/request/lifecycle.ts'
import type { Refused } from '#services/refused.ts'
import type { InvitationRefusal, PasswordRefusal, SignInRefusal } from './auth-types.ts'
import type { InvalidForm, Typed } from './forms.server.ts'

/** Everything an action may be refused for: by its form, by who asks, or by a command. */
type AnyRefusal = InvalidForm | SignInRefusal | PasswordRefusal | InvitationRefusal | Refused

/**
 * What an action answers when refused: the page shows `sentence` on top and `fields`
 * beside their inputs, and refills from `typed`.
 */
interface RefusalView {
  code: AnyRefusal['code']
  sentence: string
  fields: Record<string, string>
  typed: Typed
}

/**
 * Turn a refusal of a service or of `readForm` into the action's answer: `{ refusal: RefusalView }` with its HTTP
 * status (422 malformed, 401, 403, 404, 409 state or stale, 429). Pass what was typed so that the form keeps it.
 */
export function refusal(error: AnyRefusal, typed: Typed = {}) {
  const { status, sentence, fields = {} } = explain(error)
  const view: RefusalView = { code: error.code, sentence, fields, typed: 'typed' in error ? error.typed : typed }
  const headers = error.code === 'too-many-attempts' ? { 'Retry-After': String(error.retryAfterS) } : undefined
  return data({ refusal: view }, { status, headers })
}

/** The same sentence where there is no page. */
export const sentenceOf = (error: AnyRefusal): string => explain(error).sentence

/** Pages have words of their own for each status; these are for addresses without a page, such as a download. */
export const inWords = (sentence: string, init: { status: number; statusText: string }): Response =>
  new Response(`${sentence}\n`, { ...init, headers: { 'Content-Type': 'text/plain; charset=utf-8' } })

/** For loaders: the thing does not exist or is not theirs to see (the same answer for both). */
export function notFound(): Response {
  return inWords('There is nothing here by that name that you may see.', { status: 404, statusText: 'Not Found' })
}

/**
 * For loaders: the thing exists, but is past the state in which this page makes sense; the page says so and links to
 * the thing.
 */
export function movedOn(moved: { title: string; why: string; back: { to: string; label: string } }): Response {
  return Response.json(moved, { status: 409, statusText: 'Conflict' })
}

interface Explained {
  status: number
  /** What happened, what it means, what to do. */
  sentence: string
  fields?: Record<string, string>
}

const at = (status: number, sentence: string, fields?: Record<string, string>): Explained =>
  fields ? { status, sentence, fields } : { status, sentence }

/** One sentence and one status for each code. A new code does not compile until it has them. */
function explain(error: AnyRefusal): Explained {
  switch (error.code) {
    case 'invalid-form':
      return at(422, count(error.fields), error.fields)
    case 'incomplete': {
      const fields = Object.fromEntries(error.problems.map(({ field, message }) => [field, message]))
      return at(422, count(fields), fields)
    }
    case 'wrong-credentials':
    case 'too-many-attempts':
    case 'weak-password':
    case 'invitation-gone':
    case 'wrong-code':
      return explainSignIn(error)
    case 'not-found':
    case 'not-allowed':
    case 'own-submission':
    case 'not-a-party':
    case 'own-account':
    case 'role-conflict':
    case 'nobody-to-decide':
    case 'leaves-nobody':
    case 'no-agreement':
      return explainPeople(error)
    case 'address-refused':
    case 'others-people':
    case 'no-link':
    case 'own-link':
    case 'domain-taken':
    case 'domain-ended':
      return explainInvitation(error)
    case 'already-revoked':
    case 'already-expired':
    case 'already-disabled':
    case 'already-paused':
    case 'not-paused':
    case 'unfit-failover':
    case 'too-many-credentials':
    case 'nothing-to-withdraw':
    case 'contact-ended':
    case 'uncovered':
    case 'invalid-configuration':
      return explainActs(error)
    default:
      return explainRequest(error)
  }
}

type Coded<C extends AnyRefusal['code']> = Extract<AnyRefusal, { code: C }>

function explainSignIn(
  error: Coded<'wrong-credentials' | 'too-many-attempts' | 'weak-password' | 'invitation-gone' | 'wrong-code'>,
): Explained {
  switch (error.code) {
    case 'wrong-credentials':
      return at(401, 'E-mail and password do not match. Check both and try again.')
    case 'too-many-attempts':
      return at(429, `Too many attempts. Try again in ${minutes(error.retryAfterS)}.`)
    case 'weak-password':
      return at(422, `This password is too easy to guess. ${error.why}`)
    case 'invitation-gone':
      return at(410, 'This link was used or has expired. Ask the person who invited you for a new one.')
    case 'wrong-code':
      return at(422, 'This is not the code of this link. After ten wrong ones the link stops working.', {
        code: 'This is not the code of this link, or no administrator has taken a code for you yet.',
      })
  }
}

function explainPeople(
  error: Coded<
    | 'not-found'
    | 'not-allowed'
    | 'own-submission'
    | 'not-a-party'
    | 'own-account'
    | 'role-conflict'
    | 'nobody-to-decide'
    | 'leaves-nobody'
    | 'no-agreement'
  >,
): Explained {
  switch (error.code) {
    case 'not-found':
      return at(404, 'There is nothing here by that name that you may see.')
    case 'not-allowed':
      return at(403, `You may not do this. It takes ${aRole(error.needs)}.`)
    case 'own-submission':
      return at(403, 'You submitted this request, so another person decides it.')
    case 'not-a-party':
      return at(403, 'Your firm has nothing to decide in this round.')
    case 'own-account':
      return at(403, 'This is your own account. Another administrator can change it.')
    case 'role-conflict':
      return at(422, error.sentence, { roles: error.sentence })
    case 'nobody-to-decide':
      return at(409, `It cannot be sent: ${error.sentence}`)
    case 'leaves-nobody': {
      const roles = error.roles.map((role) => roleNames[role]).join(' or ')
      const numbers = error.numbers.map(String)
      return at(
        409,
        `No one else at ${error.firm} can answer ${numbers.length === 1 ? 'request' : 'requests'} ${list(numbers)} as ${roles}. Give that role to another person first.`,
      )
    }
    case 'no-agreement':
      return at(
        409,
        `${error.firm} has no drop copy agreement on file. The exchange records one before a request is sent.`,
      )
  }
}

type AboutInvitation = Coded<
  'address-refused' | 'others-people' | 'no-link' | 'own-link' | 'domain-taken' | 'domain-ended'
>

function explainInvitation(error: AboutInvitation): Explained {
  switch (error.code) {
    case 'address-refused': {
      const { firm, domains } = error
      const sentence =
        domains.length === 0
          ? `${firm} has no e-mail domain on file yet. An administrator of the exchange enters it.`
          : `${firm} invites addresses at ${list(domains)} that nobody has yet.`
      return at(422, `This address cannot be invited. ${sentence}`, { email: sentence })
    }
    case 'others-people':
      return at(
        403,
        `The people of ${error.firm} are named by its own administrator. The exchange names a firm’s first administrator and nobody else of it.`,
      )
    case 'no-link':
      return at(409, 'No link waits for this person: it was used, or it has expired. Make a new one first.')
    case 'own-link':
      return at(403, 'You made this link, so another administrator passes its code on.')
    case 'domain-taken':
      return at(422, 'This domain is on file for a firm already.', { domain: 'On file for a firm already.' })
    case 'domain-ended':
      return at(409, 'This domain has ended already. Nothing was changed.')
  }
}

function explainActs(
  error: Coded<
    | 'already-revoked'
    | 'already-expired'
    | 'already-disabled'
    | 'already-paused'
    | 'not-paused'
    | 'unfit-failover'
    | 'too-many-credentials'
    | 'nothing-to-withdraw'
    | 'contact-ended'
    | 'uncovered'
    | 'invalid-configuration'
  >,
): Explained {
  switch (error.code) {
    case 'already-revoked':
      return at(409, 'It was revoked before. Nothing was changed.')
    case 'already-expired':
      return at(409, 'It has expired. Nothing was changed.')
    case 'already-disabled':
      return at(409, 'This person is disabled already. Nothing was changed.')
    case 'already-paused':
      return at(409, `This target is paused already, by ${error.by}. Nothing was changed.`)
    case 'not-paused':
      return at(409, 'This target is not paused. Nothing was changed.')
    case 'unfit-failover':
      return at(409, error.sentence)
    case 'too-many-credentials':
      return at(409, `${error.limit} are live already. Revoke one first, or wait until one has expired.`)
    case 'nothing-to-withdraw':
      return at(409, 'There is no live consent of your firm for these sources. Nothing was changed.')
    case 'contact-ended':
      return at(409, 'This person is no contact of the group any more. Nothing was changed.')
    case 'uncovered':
      return at(409, `Not every clearing firm has agreed to ${list(error.sources)}. Nothing was published.`)
    case 'invalid-configuration':
      return at(409, `The connector could not run the result, so nothing was published: ${error.problems.join('; ')}.`)
  }
}

function explainRequest(
  error: Exclude<
    AnyRefusal,
    | Parameters<typeof explainSignIn>[0]
    | Parameters<typeof explainPeople>[0]
    | AboutInvitation
    | Parameters<typeof explainActs>[0]
    | Coded<'invalid-form' | 'incomplete'>
  >,
): Explained {
  switch (error.code) {
    case 'wrong-state':
      return at(409, `This is not possible now: the request is ${stateInSentence[error.state]}. Nothing was changed.`)
    case 'stale':
      return at(
        409,
        `${error.by} changed this meanwhile (${utc(error.at)}). Below is how it stands now; what you typed is kept.`,
      )
    case 'already-decided':
      return at(409, 'Your firm has decided in this round already. Nothing was changed.')
    case 'not-what-was-shown':
      return at(409, 'The request has changed since you opened this page. Read it again before you decide.')
    case 'nothing-to-take-back':
      return at(409, 'Your firm has no approval in this round to take back.')
    case 'reason-needed':
      return at(422, 'Say why: the other side reads it.', { reason: 'Say why.' })
    case 'moved':
      return at(409, `What this builds on has moved: ${error.moved.map(({ sentence }) => sentence).join(' ')}`)
    case 'paper-needed':
      return at(409, 'Attach what the firm has signed first: it is entered on its behalf.')
    case 'unfit-paper':
      return at(422, 'This file cannot be attached.', { file: error.sentence })
    case 'request-open':
      return at(409, `Request ${error.number} on this group is still open. It has to end first.`)
    case 'group-name-taken':
      return at(422, `Your firm has a group called ${error.name} already.`, { groupName: 'This name is taken.' })
    case 'group-not-open':
      return at(409, 'The group is closed. Nothing can be changed in it any more.')
    case 'unknown-source':
      return at(422, `No open session is called ${list(error.sources)}.`, {
        sources: `Not known: ${list(error.sources)}.`,
      })
    case 'unknown-account':
      return at(422, 'This billing account does not exist any more.', {
        billingAccountId: 'Choose one of the accounts listed.',
      })
    case 'over-capacity':
      return at(409, error.sentence)
    case 'too-early':
      return at(409, error.sentence)
  }
}

const count = (fields: Record<string, string>) => {
  const wrong = Object.keys(fields).length
  return wrong === 1 ? 'One field needs another look.' : `${wrong} fields need another look.`
}
const list = (names: readonly string[]) =>
  names.length > 5 ? `${names.slice(0, 5).join(', ')} and ${names.length - 5} more` : names.join(', ')
const minutes = (seconds: number) => (seconds <= 90 ? `${seconds} s` : `${Math.ceil(seconds / 60)} min`)
const utc = (iso: string) => `${iso.slice(11, 19)} UTC`

function aRole(needs: string): string {
  if (needs === 'authorized-contact') return 'an authorized contact of this group'
  const name = isRole(needs) ? roleNames[needs] : needs
  return `${/^[aeiou]/.test(name) ? 'an' : 'a'} ${name}`
}

/** The action of an address that only answers: whatever is sent there changes nothing. */
export const nothingToSend = (): Response =>
  inWords('Nothing can be sent to this address. Nothing was changed.', {
    status: 405,
    statusText: 'Method Not Allowed',
  })
