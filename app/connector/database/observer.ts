import { sql } from 'drizzle-orm'
import type { Logger } from 'pino'
import type { SelfState, Status } from '#connector/reports/status.ts'
import type { ConnectorPool } from '#db/client.ts'
import { saveObserved } from '#db/queries/connector/observed.ts'
import type { Leader } from '#domain/leadership/leader.ts'
import type { Observed } from '#domain/status/observed.ts'

const everyMs = 1_000

/**
 * Writes what a worker sees, once a second, in one short transaction at a time. While
 * the database is down nothing is kept for it.
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
    /** undefined: another leads by now, and what this one sees is nobody's concern. */
    private readonly leader: () => Leader | undefined,
  ) {
    this.timer = setInterval(() => this.tick(), everyMs)
  }

  /** The last word of a connector that stops in order. */
  async stop(): Promise<void> {
    clearInterval(this.timer)
    this.isStopped = true
    await this.writing
    await this.write('stopped')
  }

  /** A report that takes longer than a second is followed by the next at once. */
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
      // everything is said once it answers again: no need to make that while it does not
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
