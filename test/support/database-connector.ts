import { pino } from 'pino'
import { onTestFinished } from 'vitest'
import { runFromDatabase } from '#connector/database/run-from-database.ts'
import type { Running } from '#connector/run/run-connector.ts'
import { temporaryDirectory } from './connector.ts'
import type { FreshDb } from './fresh-db.ts'
import { patienceMs } from './patience.ts'

const settings = {
  exchange: { compId: 'CME', subId: 'G' },
  journal: { durability: 'os' },
  listen: [{ role: 'primary', host: 'localhost', port: 0 }],
}

/**
 * A version of the sandbox's configuration, written without the services; every port free. `more`: further settings of
 * the environment.
 */
export async function publishParts(
  db: Pick<FreshDb, 'owner'>,
  number: number,
  parts: { kind: string; id: string; document: object | null }[],
  more: object = {},
): Promise<void> {
  await db.owner.begin(async (tx) => {
    await tx`insert into dc.configuration_versions ${tx({
      environment: 'sandbox',
      number,
      cause: 'reference',
      cause_id: '00000000-0000-4000-8000-000000000001',
      made_at: new Date(),
      digest: `d${number}`,
    })}`
    const shared = { kind: 'environment', id: 'sandbox', document: { ...settings, ...more } }
    for (const { kind, id, document } of [shared, ...parts])
      await tx`insert into dc.configuration_parts ${tx({ environment: 'sandbox', number, kind, object_id: id, document: document && tx.json(document as never) })}`
    await tx`update dc.environments set newest_version = ${number} where environment = 'sandbox'`
  })
}

export async function until<T>(
  what: string,
  ask: () => Promise<T | undefined | false> | T | undefined | false,
): Promise<T> {
  for (const deadline = Date.now() + patienceMs; Date.now() < deadline; ) {
    const found = await ask()
    if (found !== undefined && found !== false) return found
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error(`${what} never came`)
}

/** A connector in this process that follows the sandbox's configuration; it ends with the test. */
export async function runOnDatabase(
  url: string,
  data = temporaryDirectory(),
  sealingKey?: Uint8Array,
): Promise<{ running: Running; stop(): Promise<void>; data: string }> {
  const stop = new AbortController()
  let ended: Promise<void> = Promise.resolve()
  const running = await new Promise<Running>((resolve, reject) => {
    ended = runFromDatabase(
      {
        url,
        environment: 'sandbox',
        name: 'main',
        data,
        release: 'test',
        sealingKey,
        log: pino({ level: 'silent' }),
        onFatal: reject,
        onReady: resolve,
      },
      stop.signal,
    )
    ended.catch(reject)
  })
  const end = async () => {
    stop.abort()
    await ended
  }
  onTestFinished(end)
  return { running, stop: end, data }
}

/** Makes a connector report, because a command waits for an answer only from a connector that has reported. */
export const untilHeardOf = (db: FreshDb) =>
  until(
    'the connector is heard of',
    async () => (await db.owner`select 1 from dc.observed_connectors where state = 'running'`).length > 0,
  )
