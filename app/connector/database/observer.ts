import { sql } from 'drizzle-orm'
import type { Logger } from 'pino'
import type { SelfState, Status } from '#connector/reports/status.ts'
import type { ConnectorPool } from '#db/client.ts'
import { saveObserved } from '#db/queries/connector/observed.ts'
import type { Leader } from '#domain/leadership/leader.ts'
import type { Observed } from '#domain/status/observed.ts'

const everyMs = 1_000

/**
 * Writes what a worker sees, once a second, in one short transaction at a time. While the database is down no reports
 * are kept for it.
 */
export class Observer {
  private readonly timer: NodeJS.Timeout
  private writing: Promise<void> | undefined
  private isReachable = true
  private isDue = false
  private isStopped = false

  constructor(
    private readonly pool: ConnectorPool,
    private readonly status: Status,
    private readonly log: Logger,
    /** undefined: another connector leads, so what this one sees is not written. */
    private readonly leader: () => Leader | undefined,
  ) {
    this.timer = setInterval(() => this.tick(), everyMs)
  }

  /** Writes the last report of a connector that stops in order. */
  async stop(): Promise<void> {
    clearInterval(this.timer)
    this.isStopped = true
    await this.writing
    await this.write('stopped')
  }

  /** A report that takes longer than a second is followed by the next one at once. */
  private tick(): void {
    this.isDue = true
    if (this.writing) return
    this.isDue = false
    this.writing = this.write('running').finally(() => {
      this.writing = undefined
      if (this.isDue && !this.isStopped) this.tick()
    })
  }

  private async write(state: SelfState): Promise<void> {
    try {
      const leader = this.leader()
      if (!leader) return
      // a database that is down gets the whole report when it answers again: until then no report is made
      if (!this.isReachable) await this.pool.ask((db) => db.execute(sql`select 1`))
      const observed: Observed = this.status.changed(state, leader)
      const isSaved = await this.pool.ask((db) => saveObserved(db, observed))
      if (isSaved) this.status.saved()
      else this.status.forget()
      this.isReachable = true
    } catch (error) {
      this.status.forget()
      if (this.isReachable) this.log.error({ err: error }, 'what the connector sees cannot be written down')
      this.isReachable = false
    }
  }
}
