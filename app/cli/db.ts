import { parseArgs } from 'node:util'
import { rolesSql } from '#db/assert-roles.ts'
import { type Command, UsageError } from './command.ts'

export const command: Command = {
  name: 'db',
  summary: 'what a DBA is given: db roles --print',
  async run(argv) {
    const { values, positionals } = parseArgs({
      args: argv,
      allowPositionals: true,
      options: { print: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } },
    })
    if (!values.help && (positionals[0] !== 'roles' || !values.print))
      throw new UsageError('drop-copy db roles --print')
    console.log(
      values.help ? 'drop-copy db roles --print\n\nPrints the SQL that creates the four login roles.' : rolesSql(),
    )
    return 0
  },
}
