import { redirect } from '@remix-run/node'
import { paths } from '#app/paths.ts'
import { may, type Permission } from '#domain/people/permissions.ts'
import type { RequestContext, SignedInUser } from './context.ts'
import { databaseAway } from './outage.server.ts'
import { inWords } from './refusals.server.ts'

/**
 * Every loader and action begins with this call, which reads only the load context.
 * @throws Response: a redirect to sign-in, and back from there, for nobody; 403 for a person without the permission;
 * 503 where the database could not be asked who it is
 */
export function requireUser(context: RequestContext, permission: Permission): SignedInUser {
  if (context.isDatabaseAway) throw databaseAway()
  if (!context.user) throw redirect(paths.signIn(context.here))
  if (!may(context.user, permission))
    throw inWords('None of your roles opens this.', { status: 403, statusText: 'Forbidden' })
  return context.user
}
