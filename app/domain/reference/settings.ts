import { z } from 'zod'
import { tls } from '../configuration/fields.ts'
import type { Common } from '../configuration/parts.ts'

/** Where targets of an environment listen: the same addresses for all of them, since the Logon tells them apart. */
const listen = z.object({
  role: z.enum(['primary', 'backup']),
  host: z.string().min(1).max(253),
  port: z.int().min(0).max(65535),
  tls: tls.optional(),
})

/** What belongs to an environment as a whole. Beside what a snapshot has in common: how targets are set up. */
export const environmentSettings = z.object({
  exchange: z.object({ compId: z.string(), subId: z.string() }),
  week: z.object({ zone: z.string(), day: z.string(), time: z.string() }).optional(),
  limits: z.record(z.string(), z.unknown()).optional(),
  journal: z.record(z.string(), z.unknown()).optional(),
  listen: z.array(listen).min(1),
  /** Copies kept for a classic client that is away; the newest. */
  queueDepth: z.union([z.int().min(0), z.literal('all')]).default(100),
  queueGraceS: z.int().min(0).default(60),
})
export type EnvironmentSettings = z.output<typeof environmentSettings>

/** The exchange's own time zone: what days and months are counted in. */
export const zoneOf = (settings: { week?: { zone: string } | undefined }): string =>
  settings.week?.zone ?? 'America/Chicago'

/** The part that a snapshot takes over unchanged; its schema judges it when a snapshot is assembled. */
export function commonOf({ exchange, week, limits, journal }: EnvironmentSettings): Common {
  const common = { exchange, ...(week && { week }), ...(limits && { limits }), ...(journal && { journal }) }
  return common as Common // shapes are judged by `parseSnapshot`, which every publication goes through
}
