import type { RequestContext, SignedInUser } from '#app/http/context.ts'
import { movedOn, notFound } from '#app/http/refusals.server.ts'
import { paths } from '#app/paths.ts'
import { listPeople, type PersonRow } from '#db/queries/people/people.ts'
import { mayRenewLink } from '#domain/people/invite.ts'
import { type Role, soleRoles } from '#domain/people/roles.ts'

/**
 * An active person of the reader's own firm, or with `everybody` of any that the reader sees,
 * and the roles that nobody else there holds.
 * @throws Response 404; 409 disabled, saying so
 */
export async function loadPerson(
  context: RequestContext,
  user: SignedInUser,
  userId: string | undefined,
  whose: 'own' | 'everybody' = 'own',
): Promise<{ person: PersonRow; sole: Role[] }> {
  const people = await context.read(user, (tx) => listPeople(tx, context.deps.now()))
  const person = people.find((one) => one.userId === userId)
  const isTheirs = person && (person.firmId === user.firmId || (whose === 'everybody' && user.isExchange))
  if (!isTheirs) throw notFound()
  if (!person.isActive)
    throw movedOn({
      title: `${person.name} is disabled`,
      why: 'They cannot sign in and hold no role any more, so there is nothing to change. What they decided and signed stands.',
      back: { to: paths.people(), label: 'Administration' },
    })
  return { person, sole: soleRoles(person, people) }
}

/** Whether the reader may make a new link for this person, as the service decides it again. */
export const renewableBy = (user: SignedInUser, person: PersonRow, sole: readonly Role[]): boolean =>
  mayRenewLink(user, { ...person, isSoleAdministrator: sole.includes('firm-admin') })
