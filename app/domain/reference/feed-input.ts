import { z } from 'zod'
import { objectId, type Reset, reset } from '../configuration/fields.ts'
import { commandId, version } from '../request/command-input.ts'
import { reason } from '../request/input.ts'

const resetModes = ['never', 'always', 'daily'] as const
export type ResetMode = (typeof resetModes)[number]

const optional = z.string().trim().max(64).default('')
const [, dailyReset] = reset.options

/**
 * The form of a feed's page that sets when a feed that we open is reset. `time` and `zone` are only for a daily reset.
 */
export const feedResetInput = z
  .object({
    ...{ commandId, feedId: objectId, version, reason },
    mode: z.enum(resetModes, 'Choose one of the three.'),
    time: optional,
    zone: optional,
  })
  .superRefine(({ mode, time, zone }, context) => {
    const issues = mode === 'daily' ? (dailyReset.safeParse({ time, zone }).error?.issues ?? []) : []
    for (const { path, message } of issues) context.addIssue({ code: 'custom', path, message: `It ${message}.` })
  })
export type FeedResetInput = z.output<typeof feedResetInput>

/** Only a feed that we open has its own reset rule; an acceptor follows the Logon of the other end. */
export const takesReset = (isOpen: boolean, mode: unknown): boolean => isOpen && mode === 'initiate'

/** The rule as the feed's settings hold it; undefined: never, for which the settings hold nothing. */
export const resetOf = ({ mode, time, zone }: Pick<FeedResetInput, 'mode' | 'time' | 'zone'>): Reset | undefined =>
  mode === 'daily' ? { zone, time } : mode === 'always' ? 'always' : undefined

/** In words, as pages say it. */
export function resetWords(value: Reset | undefined): string {
  if (value === undefined || value === 'never') return 'Never: numbers go on'
  if (value === 'always') return 'At every Logon (141=Y)'
  return `Daily at ${value.time} (${value.zone})`
}
