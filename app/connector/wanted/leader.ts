import type { Pool } from '#db/client.ts'
import type { Environment } from '#domain/reference/environment.ts'

/** The one connector that runs an environment, by a session advisory lock: held as long as its connection lives. */
export class Leadership {
  constructor(
    private readonly session: Pool,
    private readonly environment: Environment,
  ) {}

  /**
   * `other`: another connector holds it. `unknown`: the database cannot be asked, so whoever runs runs on. A new connection asks
   * anew; the one that holds it does not take it twice.
   */
  async ask(): Promise<'mine' | 'other' | 'unknown'> {
    const name = `dc connector ${this.environment}`
    try {
      const [row] = await this.session.sql<{ mine: boolean }[]>`
        select case when exists (select from pg_locks where locktype = 'advisory' and pid = pg_backend_pid() and granted) then true
          else pg_try_advisory_lock(hashtextextended(${name}, 0)) end as mine`
      return row?.mine ? 'mine' : 'other'
    } catch {
      return 'unknown'
    }
  }

  /** Closing its connection lets go of the lock. */
  release(): Promise<void> {
    return this.session.close()
  }
}
