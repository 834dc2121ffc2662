import { pino } from 'pino'
import { runFromDatabase } from '#connector/run-database.ts'

/*
 * A connector that follows the sandbox's configuration in a database, as the portal starts it:
 * tsx database-child.ts URL DATA
 */
const [url = '', data = ''] = process.argv.slice(2)

process.once('disconnect', () => process.exit(0)) // whoever started it is gone

await runFromDatabase(
  {
    url,
    data,
    environment: 'sandbox',
    name: 'main',
    release: 'test',
    log: pino({ level: 'error' }, pino.destination({ fd: 2, sync: true })),
    onFatal: (error) => {
      console.error(error)
      process.exit(1)
    },
    onReady: () => process.send?.('ready'),
  },
  new AbortController().signal,
)
