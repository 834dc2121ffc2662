import { randomBytes, randomUUID } from 'node:crypto'
import { parseArgs } from 'node:util'
import { type Config, configOfProcess } from '#app/config.ts'
import { isRole, type Role, roles } from '#domain/people/roles.ts'
import { codeAtConsole, inviteAtConsole } from '#services/people/people-at-console.ts'
import { type Command, UsageError } from './command.ts'
import { helpOf } from './help.ts'
import { operator, print } from './terminal.ts'
import { withDatabase } from './with-database.ts'

export const command: Command = {
  name: 'user',
  async run(argv) {
    const { values, positionals } = parseArgs({
      args: argv,
      allowPositionals: true,
      options: {
        firm: { type: 'string' },
        role: { type: 'string', multiple: true },
        name: { type: 'string' },
      },
    })
    const [verb, email] = positionals
    if ((verb !== 'invite' && verb !== 'code') || email === undefined || positionals.length > 2)
      throw new UsageError(helpOf('user'))
    const config = configOfProcess()
    if (verb === 'code') return code(config, email)
    return invite(config, { email, firm: values.firm, roles: rolesIn(values.role ?? []), name: values.name })
  },
}

function rolesIn(words: readonly string[]): Role[] {
  const unknown = words.filter((word) => !isRole(word))
  if (unknown.length > 0) throw new UsageError(`no such role: ${unknown.join(', ')}; there are ${roles.join(' ')}`)
  return words.filter(isRole)
}

const make = { newId: randomUUID, randomBytes: (length: number) => randomBytes(length) }
const by = () => ({ operator: operator() })

async function invite(config: Config, input: Parameters<typeof inviteAtConsole>[1]): Promise<number> {
  return withDatabase(config, async ({ database, portalUrl }) => {
    const invited = await database.asJobs((tx) => inviteAtConsole(tx, input, by(), make, new Date()))
    if (!invited.ok) throw new UsageError(invited.error.sentence)
    const base = config.publicUrl ?? portalUrl ?? `http://${config.host}:${config.port}`
    const { token, expiresAt, isNew } = invited.value
    print(`${isNew ? 'Invited' : 'Known already; a new link for'} ${input.email}, until ${expiresAt.toISOString()}:`)
    print(`${base}/invitations/${token}`)
    print('It needs a code, which an administrator takes under Administration and passes on.')
    return 0
  })
}

async function code(config: Config, email: string): Promise<number> {
  return withDatabase(config, async ({ database }) => {
    const taken = await database.asAuth((tx) => codeAtConsole(tx, email, by(), make, new Date()))
    if (!taken.ok) throw new UsageError(taken.error.sentence)
    print(`The code of the link for ${email}, until ${taken.value.expiresAt.toISOString()}:`)
    print(taken.value.code)
    return 0
  })
}
