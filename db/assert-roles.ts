import { connect, connectProblem } from './connect.ts'
import { roleAttributes } from './migrate.ts'
import { type RoleUrls, roleNames } from './roles.ts'

/**
 * Refuse to run when one of the roles could bypass a policy. Each role is asked over its own connection, so that the
 * check sees what will be used, even if the four URLs were configured by hand.
 * @throws naming each role or table and why
 */
export async function assertRolesCannotBypass(urls: Partial<RoleUrls>): Promise<void> {
  const problems: string[] = []
  for (const role of roleNames) {
    const url = urls[role]
    if (url !== undefined) problems.push(...(await roleProblems(role, url)))
  }
  const unique = [...new Set(problems)]
  if (unique.length > 0) throw new Error(`The database does not hold its firms apart: ${unique.join('; ')}`)
}

async function roleProblems(role: string, url: string): Promise<string[]> {
  const sql = connect(url, { max: 1, connection: { application_name: 'check roles' } })
  try {
    await sql`select 1`.catch((cause: unknown) => {
      const problem = connectProblem(cause, url)
      throw problem === undefined ? cause : new Error(problem, { cause })
    })
    const [who] = await sql<{ name: string }[]>`select current_user as name`
    if (who?.name !== role) return [`the URL of ${role} connects as ${who?.name}`]
    const stronger = await sql<{ name: string; why: string }[]>`
      select r.rolname as name, case when r.rolsuper then 'superuser' when r.rolbypassrls then 'may bypass policies'
        when r.rolcreaterole then 'may change roles' else 'owns tables' end as why
      from pg_roles r
      where pg_has_role(current_user, r.oid, 'member') and (r.rolsuper or r.rolbypassrls or r.rolcreaterole
        or exists (select from pg_class c where c.relowner = r.oid and c.relnamespace = to_regnamespace('dc')))`
    const open = await sql<{ name: string }[]>`
      select c.relname as name from pg_class c
      where c.relnamespace = to_regnamespace('dc') and c.relkind in ('r', 'p') and not c.relrowsecurity`
    return [
      ...stronger.map(({ name, why }) =>
        name === role ? `${role} is or has: ${why}` : `${role} may become ${name}, which is or has: ${why}`,
      ),
      ...open.map(({ name }) => `row-level security of dc.${name} is off`),
    ]
  } finally {
    await sql.end({ timeout: 1 })
  }
}

/** SQL for a DBA, where the portal may not create roles; the DBA chooses the passwords. Run before the first start. */
export function rolesSql(): string {
  const lines = roleNames.map((role) => `create role ${role} login ${roleAttributes} password 'CHOOSE-ONE';`)
  return [
    '-- Run once a server, as a role that may create roles. Then configure one URL for each of the four,',
    '-- and the URL of a fifth role that owns the database (create on it) for migrations.',
    ...lines,
    '',
  ].join('\n')
}
