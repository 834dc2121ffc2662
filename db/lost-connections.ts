import type postgres from 'postgres'

/** Error codes of a statement whose connection is gone for good; the server sends the last two before it closes. */
const lost = new Set([
  'CONNECTION_CLOSED',
  'CONNECTION_DESTROYED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  '57P01',
  '57P02',
])

function isLost(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  if ('code' in error && typeof error.code === 'string' && lost.has(error.code)) return true
  return isLost(error.cause)
}

/**
 * A client that survives the loss of a transaction's connection. postgres.js 3.4 rolls such a transaction back on the
 * socket that is gone, which throws where nobody can catch it and ends the process (porsager/postgres#1208). Here
 * nothing is written after the loss: `begin` has already been rejected by then, since it watches its connection.
 */
export function survivingLoss(client: postgres.Sql): postgres.Sql {
  const begin = <T>(fn: (sql: postgres.TransactionSql) => Promise<T>) => {
    const loss: Loss = { error: undefined }
    const lostWith = (error: unknown) => {
      if (isLost(error)) loss.error ??= error
    }
    const begun = client.begin(async (sql) => {
      const answer = await fn(silentAfter(loss, lostWith, sql)).catch((error: unknown) => {
        if (!isLost(error)) throw error
        lostWith(error)
      })
      if (loss.error === undefined) return answer
      return new Promise<never>(() => undefined) // never settles, so that neither commit nor rollback follows
    })
    begun.catch(lostWith) // also for a loss between two statements, which no statement meets
    return begun
  }
  return new Proxy(client, { get: (target, name) => (name === 'begin' ? begin : Reflect.get(target, name)) })
}

/** The error with which one transaction's connection was lost. */
type Loss = { error: unknown }

/**
 * Refuses statements after the one that met the loss: those that a `catch` still sends would fail like the rollback.
 */
function silentAfter(
  loss: Loss,
  lostWith: (error: unknown) => void,
  sql: postgres.TransactionSql,
): postgres.TransactionSql {
  const unsafe = (...args: Parameters<typeof sql.unsafe>) => {
    if (loss.error !== undefined) return refused(loss.error)
    const query = sql.unsafe(...args)
    query.catch(lostWith)
    return query
  }
  return new Proxy(sql, { get: (target, name) => (name === 'unsafe' ? unsafe : Reflect.get(target, name)) })
}

/** The two forms that drizzle asks for: rows, or rows as values. */
function refused(error: unknown) {
  const rejected = Promise.reject(error)
  rejected.catch(() => undefined)
  return Object.assign(rejected, { values: () => rejected })
}
