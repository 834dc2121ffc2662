import { setTimeout as wait } from 'node:timers/promises'
import type { RequestHandler } from 'express'
import { isDatabaseAway } from '#db/away.ts'
import type { Database } from '#db/client.ts'
import { type LastReport, listLastReports } from '#db/queries/connector/readiness.ts'
import { mainShard } from '#domain/reference/shard.ts'
import { connectorReasons, type NotReady, processReasons } from '#domain/status/readiness.ts'
import type { ChildStatus } from './child.ts'
import type { Logger } from './log.ts'

/** A prober gives up after about ten seconds; by then it must have heard which part failed. */
const answerMs = 5_000

type Options = {
  database: Pick<Database, 'asJobs'>
  /** The connector child, which leads shard `main`; undefined when the connector runs elsewhere. */
  connector(): ChildStatus | undefined
  /** The environment whose connector belongs to this portal, whether anything was published in it or not. */
  environment: string
  log: Logger
  now(): Date
}

/** The process lives and answers. It asks nothing else, so that nothing else's failure restarts the portal. */
export const healthz: RequestHandler = (_request, response) => {
  response.setHeader('Cache-Control', 'no-store')
  response.json({ status: 'ok' })
}

/** Whether everything that the portal exists for works: 200, or 503 with a reason for each part that does not. */
export function readyz(options: Options): RequestHandler {
  let looking: Promise<NotReady[]> | undefined
  let told = ''
  const look = async () => {
    const reasons = await reasonsOf(options)
    const text = reasons
      .map(({ part, environment, shard, code }) => `${part} ${environment} ${shard} ${code}`)
      .join('\n')
    if (text !== told && reasons.length > 0) options.log.warn({ reasons }, 'not ready')
    if (text !== told && reasons.length === 0) options.log.info('ready again')
    told = text
    return reasons
  }
  return async (_request, response) => {
    // everybody who asks meanwhile shares one check, because anybody may ask
    looking ??= look().finally(() => {
      looking = undefined
    })
    const reasons = await looking
    const isReady = reasons.length === 0
    response.status(isReady ? 200 : 503).setHeader('Cache-Control', 'no-store')
    response.json({ status: isReady ? 'ready' : 'not-ready', reasons })
  }
}

async function reasonsOf({ database, connector, environment, now, log }: Options): Promise<NotReady[]> {
  const child = connector()?.state
  let reports: LastReport[]
  try {
    reports = await withinTime(database.asJobs(listLastReports))
  } catch (error) {
    log.debug({ err: error }, 'readiness could not be read')
    const away: NotReady =
      isDatabaseAway(error) || !(error instanceof Error && 'code' in error)
        ? { part: 'database', code: 'away', says: 'The database does not answer.' }
        : {
            part: 'database',
            code: 'refused',
            says: `The database answers and refuses the portal, with ${error.code}: see the log.`,
          }
    return [away, ...processReasons({ environment, shard: mainShard }, child)]
  }
  return reports
    .filter((one) => one.environment === environment || one.isPublished || one.report || one.refusal)
    .flatMap(({ environment: name, shard, report, refusal }) =>
      connectorReasons({
        environment: name,
        shard,
        child: name === environment && shard === mainShard ? child : undefined,
        heard: {
          agoMs: report && Math.max(0, now().getTime() - report.heardAt.getTime()),
          refusal,
          doubt: report?.doubt ?? undefined,
        },
        report,
      }),
    )
}

const withinTime = <T>(work: Promise<T>): Promise<T> =>
  Promise.race([
    work,
    wait(answerMs, undefined, { ref: false }).then((): never => {
      throw new Error(`no answer within ${answerMs / 1000} s`)
    }),
  ])
