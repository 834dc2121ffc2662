import { command } from '../../app/cli/connector.ts'

process.exit(await command.run(process.argv.slice(2)))
