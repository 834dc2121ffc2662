import { parseArgs } from 'node:util'
import { type Config, ConfigError } from '#app/config.ts'
import { lacksReason } from '#domain/leadership/claim.ts'

/** Options that apply to this start of the portal only. */
export type Arguments = {
  /** An operator's order, with the reason: the connector leads although its journal is behind. */
  takeOver: string | undefined
}

/** @throws ConfigError */
export function readArguments(argv: readonly string[], { connector }: Pick<Config, 'connector'>): Arguments {
  const takeOver = given(argv)
  if (lacksReason(takeOver)) throw new ConfigError(['--lead-from-behind: needs the reason'])
  if (takeOver !== undefined && connector === 'external')
    throw new ConfigError([
      '--lead-from-behind: the portal runs no connector (CONNECTOR=external); give it to that one',
    ])
  return { takeOver }
}

function given(argv: readonly string[]): string | undefined {
  try {
    return parseArgs({ args: [...argv], options: { 'lead-from-behind': { type: 'string' } } }).values[
      'lead-from-behind'
    ]
  } catch (error) {
    throw new ConfigError([error instanceof Error ? error.message : String(error)])
  }
}
