import type postgres from 'postgres'

/** What a statement fails with when its connection has gone for good; the server says the last two before it goes. */
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
 * The client, whose transactions survive the loss of their connection. postgres.js 3.4 rolls such a transaction back on
 * the socket that is gone, which throws where nobody can catch it and ends the process (porsager/postgres#1208). Here
 * nothing is written after the loss: `begin` itself has been rejected by then, since it watches its connection.
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
    begun.catch(lostWith) // also between two statements, when none of them meets the loss
    return begun
  }
  return new Proxy(client, { get: (target, name) => (name === 'begin' ? begin : Reflect.get(target, name)) })
}

/** What one transaction's connection was lost with. */
type Loss = { error: unknown }

/**
 * Statements after the one that met the loss are refused here; what a `catch` still
 * sends would be written as the rollback is.
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

/** As drizzle asks for it: rows, or rows as values. */
function refused(error: unknown) {
  const rejected = Promise.reject(error)
  rejected.catch(() => undefined)
  return Object.assign(rejected, { values: () => rejected })
}
