import type { Tx } from '#db/client.ts'
import { listSomeActors } from '#db/queries/people/people.ts'
import { countWaitingOfEach } from '#db/queries/request/request-list.ts'
import { countTargetsWithoutCredential } from '#db/queries/sandbox/steps.ts'
import type { Actor } from '#domain/people/permissions.ts'
import { isRole, roleNames } from '#domain/people/roles.ts'
import { nextWords } from '#domain/request/standing.ts'

const environment = 'sandbox'

/** One of the people that the sandbox offers for a click, with what waits for them. */
type SandboxPerson = {
  userId: string
  name: string
  email: string
  firmName: string
  roles: string[]
  /** "2 requests to approve"; empty when nothing waits */
  waitingText: string
}

/** How many people are offered at once; others are searched for. */
const most = 20

/**
 * For the sign-in page and "Continue as …", by firm and name: over `asJobs`, since nobody is signed in yet. Only what
 * waits for the people shown is counted. `isMore`: others have the same letters in name, address or firm.
 */
export async function listSandboxPeople(
  tx: Tx,
  search: string,
  now: Date,
): Promise<{ people: SandboxPerson[]; isMore: boolean }> {
  const found = await listSomeActors(tx, search, most + 1, now)
  const actors = found.slice(0, most)
  const waiting = await countWaitingOfEach(tx, actors, environment)
  const bare = await countTargetsWithoutCredential(
    tx,
    environment,
    actors.filter(isTechnical).map(({ firmId }) => firmId),
  )
  const people = actors.map((actor) => {
    const { userId, name, email, firmName, standings } = actor
    const roles = standings.filter(isRole).map((role) => roleNames[role])
    const texts = waitingTexts(waiting(userId), isTechnical(actor) ? (bare.get(actor.firmId) ?? 0) : 0)
    return { userId, name, email, firmName, roles, waitingText: texts.join(', ') }
  })
  return { people, isMore: found.length > most }
}

const isTechnical = ({ standings }: Actor) => standings.includes('technical-contact')

function waitingTexts({ toAnswer, toSubmit }: { toAnswer: number; toSubmit: number }, bare: number): string[] {
  const requests = (count: number, word = '') =>
    count === 0 ? [] : [`${count} ${count === 1 ? 'request' : 'requests'} to ${word.toLowerCase()}`]
  return [
    ...requests(toAnswer, nextWords['party-approve']),
    ...requests(toSubmit, nextWords.submit),
    ...(bare === 0 ? [] : [`${bare} ${bare === 1 ? 'target' : 'targets'} without a password`]),
  ]
}
