import type { ReservedSql } from 'postgres'
import type { Pool } from '#db/client.ts'
import type { Environment } from '#domain/reference/environment.ts'

/** The one connector that runs an environment, by a session advisory lock: held as long as its connection lives. */
export class Leadership {
  private connection: ReservedSql | undefined

  constructor(
    private readonly pool: Pool,
    private readonly environment: Environment,
  ) {}

  /**
   * `other`: another connector holds it. `unknown`: the database cannot be asked, so whoever runs runs on.
   * Asks anew whenever the connection that held it is gone.
   */
  async ask(): Promise<'mine' | 'other' | 'unknown'> {
    try {
      if (this.connection) {
        await this.connection`select 1`
        return 'mine'
      }
    } catch {
      this.connection = undefined
    }
    try {
      const connection = await this.pool.sql.reserve()
      const name = `dc connector ${this.environment}`
      const [row] = await connection<
        { mine: boolean }[]
      >`select pg_try_advisory_lock(hashtextextended(${name}, 0)) as mine`
      if (row?.mine) {
        this.connection = connection
        return 'mine'
      }
      connection.release()
      return 'other'
    } catch {
      return 'unknown'
    }
  }

  release(): void {
    this.connection?.release()
    this.connection = undefined
  }
}
