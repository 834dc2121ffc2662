import postgres from 'postgres'

/** One short-lived connection to this database. */
export async function onServer(url: string, fn: (sql: postgres.Sql) => Promise<unknown>): Promise<void> {
  const sql = postgres(url, { max: 1, onnotice: () => undefined })
  try {
    await fn(sql)
  } finally {
    await sql.end({ timeout: 5 })
  }
}
