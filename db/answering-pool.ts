import type { Db, Pool } from './client.ts'

/**
 * Connections that must answer in time. If one does not, its whole pool is given up and the next question opens
 * another: where the way to the database is half open, TCP may take a quarter of an hour to notice.
 */
export class AnsweringPool {
  private pool: Pool | undefined

  /** @param answerMs milliseconds after which an answer is too late to be useful */
  constructor(
    private readonly open: () => Pool,
    private readonly answerMs: number,
  ) {}

  /** @throws when there is no answer in time */
  async ask<T>(question: (db: Db) => Promise<T>): Promise<T> {
    this.pool ??= this.open()
    const { pool, answerMs } = this
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(`the database did not answer within ${answerMs} ms`)), answerMs)
    })
    try {
      const asked = question(pool.db)
      asked.catch(() => undefined) // also when the question fails after it was given up
      return await Promise.race([asked, late])
    } catch (error) {
      if (this.pool === pool) this.pool = undefined
      void pool.sql.end({ timeout: 0 }).catch(() => undefined)
      throw error
    } finally {
      clearTimeout(timer)
    }
  }

  async close(): Promise<void> {
    await this.pool?.close()
    this.pool = undefined
  }
}
