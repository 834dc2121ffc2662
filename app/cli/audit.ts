import { parseArgs } from 'node:util'
import { configOfProcess } from '#app/config.ts'
import { verifyAuditSeals } from '#db/audit-seal.ts'
import { brokenSealSentence } from '#domain/alarm/audit.ts'
import { writeCount } from '#domain/figures.ts'
import { type Command, UsageError } from './command.ts'
import { helpOf } from './help.ts'
import { print, printNote } from './terminal.ts'
import { withDatabase } from './with-database.ts'

export const command: Command = {
  name: 'audit',
  async run(argv) {
    const { positionals } = parseArgs({ args: argv, allowPositionals: true, options: {} })
    if (positionals.length !== 1 || positionals[0] !== 'verify') throw new UsageError(helpOf('audit'))
    const found = await withDatabase(configOfProcess(), ({ database }) => verifyAuditSeals(database))
    if (found.ok) {
      const { seals, unsealed } = found
      print(
        `The audit trail is as it was sealed: seals ${writeCount(seals)}, events not sealed yet ${writeCount(unsealed)}.`,
      )
      return 0
    }
    printNote(brokenSealSentence(found))
    return 1
  },
}
