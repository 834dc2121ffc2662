import { z } from 'zod'
import type { WeekRule } from '../calendar/week.ts'
import { address, compId, subId, tls, week } from '../configuration/fields.ts'
import type { Common, Part } from '../configuration/parts.ts'
import { canonicalJson } from '../digest.ts'
import type { Environment } from './environment.ts'

/** Where targets of an environment listen: the same addresses for all of them, since the Logon tells them apart. */
const listen = z.object({
  role: z.enum(['primary', 'backup']),
  ...address,
  tls: tls.optional(),
})

/**
 * Settings of an environment as a whole: what its snapshots have in common, and how targets are set up. They are one
 * part of its configuration versions, so that each change has a number, a person and an instant.
 */
export const environmentSettings = z.object({
  exchange: z.object({ compId, subId }),
  week: week.optional(),
  limits: z.record(z.string(), z.unknown()).optional(),
  journal: z.record(z.string(), z.unknown()).optional(),
  listen: z.array(listen).min(1),
  /** Copies kept for a classic client that is away; the newest. */
  queueDepth: z.union([z.int().min(0), z.literal('all')]).default(100),
  queueGraceS: z.int().min(0).default(60),
})
export type EnvironmentSettings = z.output<typeof environmentSettings>

/** Settings as a person writes them: an unknown name is a mistake. */
export const publishedSettings = environmentSettings.strict()

/** The settings as the part of a version. */
export const settingsPart = (environment: Environment, settings: EnvironmentSettings): Part => ({
  kind: 'environment',
  objectId: environment,
  document: settings,
})

/** The trading week: as set, or as a snapshot has it by default. */
export const weekRuleOf = ({ week }: Pick<EnvironmentSettings, 'week'>): WeekRule =>
  week ?? { zone: zoneOf({}), day: 'sunday', time: '16:00' }

export type ChangedSetting = { name: string; from: unknown; to: unknown }

/** Which settings differ between two documents of an environment, by name. `before` undefined: it is set up now. */
export function changedSettings(before: unknown, after: unknown): ChangedSetting[] {
  const [old, now] = [fieldsOf(before), fieldsOf(after)]
  const names = Object.keys(environmentSettings.shape)
  return names
    .map((name) => ({ name, from: old[name], to: now[name] }))
    .filter(({ from, to }) => canonicalJson(from ?? null) !== canonicalJson(to ?? null))
}

const fieldsOf = (document: unknown): Record<string, unknown> =>
  typeof document === 'object' && document !== null ? { ...document } : {}

/** The exchange's own time zone: what days and months are counted in. */
export const zoneOf = (settings: { week?: { zone: string } | undefined }): string =>
  settings.week?.zone ?? 'America/Chicago'

/** The part that a snapshot takes over unchanged; its schema judges it when a snapshot is assembled. */
export function commonOf({ exchange, week, limits, journal }: EnvironmentSettings): Common {
  const common = { exchange, ...(week && { week }), ...(limits && { limits }), ...(journal && { journal }) }
  return common as Common // every publication goes through `parseSnapshot`, which checks the shapes
}
