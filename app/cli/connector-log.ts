import { type Logger, pino } from 'pino'
import { hideParameters } from '#db/failed-statement.ts'
import { visible } from '#domain/text.ts'

/** One JSON line per event on stderr; stdout belongs to the contract. */
export function openConnectorLog(level: string): Logger {
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      hooks: { streamWrite: (written) => `${visible(written.trimEnd())}\n` }, // JSON does not escape all of them
      serializers: { err: (error) => pino.stdSerializers.err(hideParameters(error)) },
      // present, not omitted: a reader sees that there was one
      redact: { paths: ['password', '*.password', 'secretKey', '*.secretKey', 'sha256', '*.sha256'], censor: '***' },
    },
    pino.destination({ dest: 2, sync: true }),
  )
}
