import { parseArgs } from 'node:util'
import { type Config, configOfProcess } from '#app/config.ts'
import { isRole, type Role, roles } from '#domain/people/roles.ts'
import { type Invited, invitePerson } from '../http/invite-person.server.ts'
import { type Command, UsageError } from './command.ts'
import { withDatabase } from './with-database.ts'

const usage = `drop-copy user invite EMAIL --firm FIRM --role ROLE [--role ROLE …] [--name NAME]

Adds a person and prints a link, good once and for seven days, with which they set their password.
FIRM is the firm's name, or one of its Execution or Clearing Firm IDs. For somebody who is known
already it prints a new link and changes nothing else.

Roles of firms: firm-admin requester clearing-signatory technical-contact billing-approver viewer
Roles of the exchange: gam operations certification billing administrator auditor`

export const command: Command = {
  name: 'user',
  summary: 'invite a person: user invite EMAIL --firm FIRM --role ROLE',
  async run(argv) {
    const { values, positionals } = parseArgs({
      args: argv,
      allowPositionals: true,
      options: {
        firm: { type: 'string' },
        role: { type: 'string', multiple: true },
        name: { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
    })
    if (values.help) {
      console.log(usage)
      return 0
    }
    const [verb, email] = positionals
    if (verb !== 'invite' || email === undefined || positionals.length > 2) throw new UsageError(usage)
    if (!/^[^\s@]{1,64}@[^\s@]{1,189}$/.test(email)) throw new UsageError(`${email} is not an e-mail address`)
    const config = configOfProcess()
    return invite(config, { email, firm: values.firm, roles: rolesIn(values.role ?? []), name: values.name })
  },
}

function rolesIn(words: readonly string[]): Role[] {
  const unknown = words.filter((word) => !isRole(word))
  if (unknown.length > 0) throw new UsageError(`no such role: ${unknown.join(', ')}; there are ${roles.join(' ')}`)
  return words.filter(isRole)
}

async function invite(config: Config, input: Parameters<typeof invitePerson>[1]): Promise<number> {
  return withDatabase(config, async ({ database, portalUrl }) => {
    const invited: Invited = await database.asJobs((tx) => invitePerson(tx, input, new Date()))
    if (!invited.ok) throw new UsageError(invited.error.sentence)
    const base = config.publicUrl ?? portalUrl ?? `http://${config.host}:${config.port}`
    const { token, expiresAt, isNew } = invited.value
    console.log(
      `${isNew ? 'Invited' : 'Known already; a new link for'} ${input.email}, until ${expiresAt.toISOString()}:`,
    )
    console.log(`${base}/invitations/${token}`)
    return 0
  })
}
