import { type Logger, pino } from 'pino'
import { hideParameters } from '#db/failed-statement.ts'
import { visible } from '#domain/text.ts'

export type { Logger }

/** One JSON line per event on stderr; stdout belongs to what the person at the terminal should read. */
export function openLog(level: string): Logger {
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      hooks: { streamWrite: (written) => `${visible(written.trimEnd())}\n` }, // JSON does not escape all of them
      serializers: { err: (error) => pino.stdSerializers.err(hideParameters(error)) },
      // present, not omitted: a reader sees that there was one
      redact: {
        paths: ['password', '*.password', 'cookie', '*.cookie', 'authorization', '*.authorization', 'token', '*.token'],
        censor: '***',
      },
    },
    pino.destination({ dest: 2, sync: true }),
  )
}
