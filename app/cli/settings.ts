import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { configOfProcess } from '#app/config.ts'
import type { Database } from '#db/client.ts'
import { nextResetMs } from '#domain/calendar/week.ts'
import { problemLines } from '#domain/configuration/problem-lines.ts'
import type { Environment } from '#domain/reference/environment.ts'
import { changedSettings, type EnvironmentSettings, publishedSettings, weekRuleOf } from '#domain/reference/settings.ts'
import { settingLines, settingNames } from '#domain/reference/settings-words.ts'
import { reason } from '#domain/request/input.ts'
import { publishSettings } from '#services/reference/publish-settings.ts'
import { findSettingsPage, type SettingsView } from '#views/settings/settings-page.ts'
import { type Command, UsageError } from './command.ts'
import { helpOf } from './help.ts'
import { publish } from './publish.ts'
import { answered, isHeard } from './session-answer.ts'
import { isConfirmed, operator, print, printNote } from './terminal.ts'
import { withDatabase } from './with-database.ts'

type Asked = { environment: Environment | undefined } & (
  | { verb: 'show' }
  | { verb: 'publish'; file: string; reason: string; yes: boolean }
)

export const command: Command = {
  name: 'settings',
  async run(argv) {
    const asked = read(argv)
    const config = configOfProcess()
    const environment = asked.environment ?? config.environment
    if (!config.environments.includes(environment))
      throw new UsageError(`this installation has no environment ${environment}`)
    return withDatabase(config, async ({ database }) => {
      const view = await database.asJobs((tx) => findSettingsPage(tx, environment, new Date()))
      return asked.verb === 'show' ? show(view) : change(database, view, asked)
    })
  },
}

/** @throws UsageError */
function read(argv: string[]): Asked {
  const { values, positionals } = parseArgs({
    args: argv,
    allowPositionals: true,
    options: {
      environment: { type: 'string' },
      reason: { type: 'string' },
      yes: { type: 'boolean', default: false },
    },
  })
  const [verb, file, ...rest] = positionals
  const names: readonly Environment[] = ['production', 'certification', 'sandbox']
  const environment = names.find((name) => name === values.environment)
  if (values.environment !== undefined && !environment)
    throw new UsageError(`--environment: one of ${names.join(', ')}`)
  if (verb === 'show' && file === undefined) return { environment, verb }
  if (verb !== 'publish' || file === undefined || rest.length > 0) throw new UsageError(helpOf('settings'))
  const why = reason.safeParse(values.reason)
  if (!why.success) throw new UsageError(`--reason: ${why.error.issues[0]?.message ?? 'say why'}`)
  return { environment, verb, file, reason: why.data, yes: values.yes }
}

function show({ environment, inForce, versions }: SettingsView): number {
  if (!inForce) {
    printNote(`${environment} is not set up: publish its settings.`)
    return 1
  }
  const [newest] = versions
  const at = newest?.at ? `, published ${newest.at.toISOString().slice(0, 16).replace('T', ' ')} UTC` : ''
  printNote(`${environment}: version ${inForce.version}${at} by ${newest?.by ?? 'the portal'}.`)
  printNote(`Next weekly reset: ${inForce.nextReset.toISOString()}`)
  for (const line of JSON.stringify(inForce.settings, null, 2).split('\n')) print(line)
  return 0
}

async function change(
  database: Database,
  { environment, inForce }: SettingsView,
  { file, reason, yes }: Extract<Asked, { verb: 'publish' }>,
): Promise<number> {
  const settings = fromFile(file)
  const changed = changedSettings(inForce?.settings, settings)
  if (changed.length === 0) {
    print('It is so already. Nothing was changed.')
    return 0
  }
  for (const { name, from, to } of changed)
    print(`${settingNames[name] ?? name}: ${lines(name, from)} becomes ${lines(name, to)}.`)
  const next = new Date(nextResetMs(Date.now(), weekRuleOf(settings)))
  print(`Next weekly reset: ${next.toISOString()}${inForce ? ` (it was ${inForce.nextReset.toISOString()})` : ''}`)
  if (!(await isConfirmed(yes))) {
    print('Nothing was done.')
    return 1
  }
  const by = { operator: operator(), reason }
  const told = await publish(database, { environment }, (tx, now) =>
    publishSettings(tx, environment, settings, by, { newId: randomUUID, now: () => now }),
  )
  if ('refused' in told) {
    printNote(told.refused)
    return 1
  }
  return answered(told, await database.asJobs((tx) => isHeard(tx, { environment })))
}

const lines = (name: string, value: unknown): string =>
  value === undefined ? 'not set' : (settingLines[name] ?? settingLines.other)(value).join('; ')

/** @throws UsageError with a line for each problem */
function fromFile(file: string): EnvironmentSettings {
  let document: unknown
  try {
    document = JSON.parse(readFileSync(file, 'utf8'))
  } catch (error) {
    throw new UsageError(`${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`)
  }
  const parsed = publishedSettings.safeParse(document)
  if (!parsed.success)
    throw new UsageError(
      problemLines(parsed.error)
        .map((line) => `${file}: ${line}`)
        .join('\n'),
    )
  return parsed.data
}
