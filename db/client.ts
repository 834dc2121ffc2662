import { sql } from 'drizzle-orm'
import { drizzle, type PostgresJsDatabase } from 'drizzle-orm/postgres-js'
import type postgres from 'postgres'
import { AnsweringPool } from './answering-pool.ts'
import { recordEvent } from './audit.ts'
import { connect } from './connect.ts'
import { survivingLoss } from './lost-connections.ts'
import type { RoleName, RoleUrls } from './roles.ts'

export type Db = PostgresJsDatabase<Record<string, never>>
/** A transaction: what every query takes first. */
export type Tx = Parameters<Parameters<Db['transaction']>[0]>[0]

/**
 * Who acts. The database derives from the user the firm and whether it is the exchange; a disabled user sees nothing.
 */
type Actor = {
  userId: string
  firmId: string
  isExchange: boolean
  /** The address a command came from, for the audit trail. */
  origin?: string
}

/** What a command is about, so that its refusal can be written down. */
export type Command = { action: string; objectKind: string; objectId: string; reason?: string }

type WithActor = <T>(actor: Actor, fn: (tx: Tx) => Promise<T>, command?: Command) => Promise<T>

export interface Database {
  /**
   * One transaction as `dc_request` that sees what this person's firm may see, at one instant. When `fn` answers a
   * refusal (`{ ok: false, error }`) everything it wrote is rolled back, and the refusal is recorded as an audit event
   * of `command` in a transaction of its own; without a `command` (reading) nothing is recorded.
   */
  withActor: WithActor
  /** One transaction as `dc_auth`: users, roles, sign-in sessions, secrets and invitations, of all firms. */
  asAuth<T>(fn: (tx: Tx) => Promise<T>): Promise<T>
  /**
   * One transaction as `dc_jobs`, the portal itself: scheduler, outbox,
   * confirmation by the connector's reports, sealer.
   */
  asJobs<T>(fn: (tx: Tx) => Promise<T>): Promise<T>
  /** `dc_auth` without a transaction, for lucia's adapter. */
  auth: Db
  /** Closes after running queries have ended, or after five seconds. */
  close(): Promise<void>
}

type DatabaseOptions = {
  urls: Pick<RoleUrls, 'dc_request' | 'dc_auth' | 'dc_jobs'>
  now: () => Date
  /** Connections per role; by default 10 for requests and 4 for the others. */
  connections?: number
}

/** Open the portal's three pools. Nothing is connected before the first query. */
export function openDatabase({ urls, now, connections }: DatabaseOptions): Database {
  const request = openPool('dc_request', urls.dc_request, connections ?? 10)
  const auth = openPool('dc_auth', urls.dc_auth, connections ?? 4)
  const jobs = openPool('dc_jobs', urls.dc_jobs, connections ?? 4)
  const at = (db: Db, userId: string) => {
    return <T>(fn: (tx: Tx) => Promise<T>) =>
      db.transaction(async (tx) => {
        await tx.execute(settings(userId, now()))
        return fn(tx)
      })
  }
  return {
    withActor: (actor, fn, command) => withActor(at(request.db, actor.userId), actor, now, fn, command),
    asAuth: at(auth.db, ''),
    asJobs: at(jobs.db, ''),
    auth: auth.db,
    close: async () => {
      await Promise.all([request, auth, jobs].map((pool) => pool.close()))
    },
  }
}

/** Sets the transaction's actor and instant, for it alone: the next one on this connection starts with none. */
const settings = (userId: string, now: Date) =>
  sql`select set_config('dc.user', ${userId}, true), set_config('dc.now', ${now.toISOString()}, true), set_config('dc.scope', '', true)`

/** Thrown to roll a transaction back; carries the refusal past drizzle. */
class Refused extends Error {
  constructor(readonly answer: unknown) {
    super('refused')
  }
}

async function withActor<T>(
  transaction: <U>(fn: (tx: Tx) => Promise<U>) => Promise<U>,
  actor: Actor,
  now: () => Date,
  fn: (tx: Tx) => Promise<T>,
  command: Command | undefined,
): Promise<T> {
  let refusal: { answer: T; code: string } | undefined
  try {
    return await transaction(async (tx) => {
      const answer = await fn(tx)
      const code = refusalCode(answer)
      if (code === undefined) return answer
      refusal = { answer, code }
      throw new Refused(answer)
    })
  } catch (error) {
    if (!refusal || !(error instanceof Refused)) throw error
    const { answer, code } = refusal
    if (command) await transaction((tx) => recordEvent(tx, refusalEvent(actor, now(), command, code)))
    return answer
  }
}

/** The code of a refusal; undefined for every other answer. */
function refusalCode(answer: unknown): string | undefined {
  if (typeof answer !== 'object' || answer === null || !('ok' in answer) || answer.ok !== false) return undefined
  const error = 'error' in answer ? answer.error : undefined
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : 'refused'
}

const refusalEvent = (actor: Actor, at: Date, command: Command, refused: string) => ({
  at,
  actorId: actor.userId,
  forFirm: actor.firmId,
  ...command,
  origin: actor.origin ?? null,
  refused,
})

/**
 * The portal's own sight inside a person's transaction: for what a command must know or write of other firms (who
 * guarantees a source, whether a party has an eligible person, the parts of a version, `uncovered`). Rules are checked
 * first with the person's own sight, and the person is shown nothing of what is read here. Await it alone: queries
 * started beside it have the same sight.
 */
export async function asSystem<T>(tx: Tx, fn: (tx: Tx) => Promise<T>): Promise<T> {
  const [before] = await tx.execute<{ scope: string | null }>(sql`
    with before as materialized (select current_setting('dc.scope', true) as scope)
    select scope, set_config('dc.scope', 'system', true) from before`)
  const restore = () => tx.execute(sql`select set_config('dc.scope', ${before?.scope ?? ''}, true)`)
  try {
    const answer = await fn(tx)
    await restore()
    return answer
  } catch (error) {
    await restore().catch(() => undefined) // after a failed statement the transaction is over, and so is its scope
    throw error
  }
}

/** Milliseconds. No page may wait longer for a lock or a query than a person would. */
const limits: Record<RoleName, Record<string, number>> = {
  dc_request: { statement_timeout: 5_000, idle_in_transaction_session_timeout: 10_000, lock_timeout: 2_000 },
  dc_auth: { statement_timeout: 5_000, idle_in_transaction_session_timeout: 10_000, lock_timeout: 2_000 },
  dc_jobs: { statement_timeout: 60_000, idle_in_transaction_session_timeout: 60_000, lock_timeout: 10_000 },
  dc_connector: { statement_timeout: 10_000, idle_in_transaction_session_timeout: 10_000, lock_timeout: 2_000 },
}

export type Pool = { db: Db; sql: postgres.Sql; close(): Promise<void> }

/**
 * The connector's pool: reads configuration, writes the observed tables, and
 * `sql.listen('dc_configuration', …)`, whose payload is `environment:number`.
 */
export function openConnectorPool(url: string): ConnectorPool {
  const pool = openPool('dc_connector', url, 2)
  const asked = new AnsweringPool(() => openPool('dc_connector', url, 2), answerMs)
  const close = async () => {
    await Promise.all([pool.close(), asked.close()])
  }
  return { ...pool, ask: (question) => asked.ask(question), close }
}

/** `ask` gives up on an answer that does not come, so that no caller waits for ever on a half-open connection. */
export type ConnectorPool = Pool & { ask<T>(question: (db: Db) => Promise<T>): Promise<T> }

/** Milliseconds; longer than any statement of `dc_connector` may take. */
const answerMs = 15_000

/** Seconds before a lost connection is tried again: no caller waits longer to hear that there is no connection. */
const retryS = 0.1

/** The connector's one connection for its lease, separate so that nothing delays it: a slow answer comes too late. */
export const openLeasePool = (url: string): Pool =>
  openPool('dc_connector', url, 1, {
    connectTimeoutS: 2,
    limits: { statement_timeout: 2_000, idle_in_transaction_session_timeout: 2_000, lock_timeout: 2_000 },
  })

/** Seconds of silence after which TCP asks whether the other end is still there. */
const keepAliveS = 10

function openPool(
  role: RoleName,
  url: string,
  max: number,
  quick?: { connectTimeoutS: number; limits: Record<string, number> },
): Pool {
  const client = connect(url, {
    max,
    idle_timeout: 60,
    keep_alive: keepAliveS,
    ...(quick && { connect_timeout: quick.connectTimeoutS }),
    backoff: () => retryS,
    connection: { application_name: role, ...(quick?.limits ?? limits[role]) },
  })
  return { db: drizzle(survivingLoss(client)), sql: client, close: () => client.end({ timeout: 5 }) }
}
