import { parseArgs } from 'node:util'
import { rolesSql } from '#db/assert-roles.ts'
import { type Command, UsageError } from './command.ts'
import { print } from './terminal.ts'

export const command: Command = {
  name: 'db',
  async run(argv) {
    const { values, positionals } = parseArgs({
      args: argv,
      allowPositionals: true,
      options: { print: { type: 'boolean' } },
    })
    if (positionals[0] !== 'roles' || !values.print) throw new UsageError('drop-copy db roles --print')
    for (const line of rolesSql().split('\n')) print(line)
    return 0
  },
}
