import type { RequestContext, SignedInUser } from '#app/http/context.ts'
import { notFound } from '#app/http/refusals.server.ts'
import { listPeople, type PersonRow } from '#db/queries/people.ts'
import { type Role, soleRoles } from '#domain/people/roles.ts'

/** An active person of the reader's own firm, and the roles that nobody else there holds. @throws Response 404 */
export async function loadPerson(
  context: RequestContext,
  user: SignedInUser,
  userId: string | undefined,
): Promise<{ person: PersonRow; sole: Role[] }> {
  const people = await context.read(user, (tx) => listPeople(tx, context.deps.now()))
  const person = people.find((one) => one.userId === userId && one.isActive)
  if (!person || person.firmId !== user.firmId) throw notFound()
  return { person, sole: soleRoles(person, people) }
}
