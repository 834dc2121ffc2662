import type { Tx } from '#db/client.ts'
import { listEnvironmentEvents } from '#db/queries/audit/events.ts'
import { listSettingsVersions } from '#db/queries/publication/publications.ts'
import { listRunningVersions } from '#db/queries/publication/reports.ts'
import { nextResetMs } from '#domain/calendar/week.ts'
import { runningVersion } from '#domain/publication/runs.ts'
import type { Environment } from '#domain/reference/environment.ts'
import { type ChangedSetting, changedSettings, environmentSettings, weekRuleOf } from '#domain/reference/settings.ts'

/** A version that changed the settings: what, when, by whom and why. `by` null: the portal itself. */
type SettingsVersion = {
  number: number
  at: Date | null
  by: string | null
  reason: string | null
  changed: ChangedSetting[]
}

export type SettingsView = {
  environment: Environment
  /** Undefined: the environment is not set up. */
  inForce:
    | { version: number; week: { zone: string; day: string; time: string }; nextReset: Date; settings: object }
    | undefined
  /** The newest version that a connector says it runs; 0: none. */
  running: number
  versions: SettingsVersion[]
}

const shown = 50

/** The settings of an environment as published, when the next weekly reset is due, and every change of them. */
export async function findSettingsPage(tx: Tx, environment: Environment, now: Date): Promise<SettingsView> {
  const rows = await listSettingsVersions(tx, environment, shown + 1)
  const events = await publishers(tx, environment)
  const [newest] = rows
  const parsed = environmentSettings.safeParse(newest?.document)
  const versions = rows.slice(0, shown).map(({ number, document, madeAt }, i) => {
    const event = events.get(number)
    const changed = changedSettings(rows[i + 1]?.document, document)
    return { number, at: madeAt, by: event?.by ?? null, reason: event?.reason ?? null, changed }
  })
  const { shards, connectors } = await listRunningVersions(tx, environment)
  const running = runningVersion(shards, connectors)
  if (!newest || !parsed.success) return { environment, inForce: undefined, running, versions }
  const week = weekRuleOf(parsed.data)
  const nextReset = new Date(nextResetMs(now.getTime(), week))
  return { environment, inForce: { version: newest.number, week, nextReset, settings: parsed.data }, running, versions }
}

/** By version: who published it, a person or an operator of the portal's machine, and why. */
async function publishers(tx: Tx, environment: Environment) {
  const rows = await listEnvironmentEvents(tx, environment, 1_000)
  return new Map(
    rows.flatMap(({ after, reason, name }) => {
      if (typeof after !== 'object' || after === null || !('version' in after)) return []
      const operator = 'operator' in after && typeof after.operator === 'string' ? after.operator : null
      return [[Number(after.version), { by: name ?? operator, reason }] as const]
    }),
  )
}
