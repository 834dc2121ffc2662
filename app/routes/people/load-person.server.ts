import type { RequestContext, SignedInUser } from '#app/http/context.ts'
import { movedOn, notFound } from '#app/http/refusals.server.ts'
import { paths } from '#app/paths.ts'
import { isUuid } from '#app/routes/params.ts'
import { findPersonPage, type PersonPage } from '#views/people/people-page.ts'

/**
 * An active person, with the roles that nobody else in their firm holds: a person of the reader's own firm, or, with
 * `everybody`, of any firm that the reader sees.
 * @throws Response 404; 409 when the person is disabled, saying so
 */
export async function loadPerson(
  context: RequestContext,
  user: SignedInUser,
  userId: string | undefined,
  whose: 'own' | 'everybody' = 'own',
): Promise<PersonPage> {
  if (!isUuid(userId)) throw notFound()
  const found = await context.read(user, (tx) => findPersonPage(tx, user, { userId, whose }, context.deps.now()))
  if (!found) throw notFound()
  const { person } = found
  if (!person.isActive)
    throw movedOn({
      title: `${person.name} is disabled`,
      why: 'They cannot sign in and hold no role any more, so there is nothing to change. What they decided and signed stands.',
      back: { to: paths.people(), label: 'Administration' },
    })
  return found
}
