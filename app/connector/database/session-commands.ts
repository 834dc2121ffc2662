import type { Logger } from 'pino'
import { carryOut } from '#connector/run/commands/carry-out.ts'
import { Passes } from '#connector/run/passes.ts'
import type { Worker } from '#connector/run/worker.ts'
import type { ConnectorPool, Tx } from '#db/client.ts'
import { holdsTerm } from '#db/queries/connector/leases.ts'
import { listOpenCommands, saveOutcome } from '#db/queries/connector/session-commands.ts'
import type { Leader } from '#domain/leadership/leader.ts'
import type { Environment } from '#domain/reference/environment.ts'

const pollMs = 2_000

type Options = {
  pool: ConnectorPool
  environment: Environment
  shard: string
  connector: string
  worker: Worker
  log: Logger
  /** undefined: another connector leads. */
  leader: () => Leader | undefined
}

/**
 * Carries out operators' commands for the sessions of its shard, in the order asked, and writes down the outcome of
 * each. Woken by the database and by a poll. An outcome is written once the act is durable; the next command does not
 * begin before.
 */
export class SessionCommands {
  private readonly passes: Passes
  private isReachable = true

  constructor(private readonly options: Options) {
    const { pool, environment } = options
    const wake = () => this.passes.wake()
    this.passes = new Passes(
      () => this.pass(),
      (error) => this.failed(error),
      pollMs,
    )
    void pool.sql
      .listen('dc_session_commands', (payload) => payload === environment && wake(), wake)
      .catch(() => undefined) // the poll goes on
    wake()
  }

  async stop(): Promise<void> {
    await this.passes.stop()
  }

  private async pass(): Promise<void> {
    const { pool, environment, shard, connector, worker, leader } = this.options
    const asLeader = <T>(fn: (tx: Tx) => Promise<T>): Promise<T | undefined> => {
      const by = leader()
      return pool.ask((db) => db.transaction(async (tx) => (by && (await holdsTerm(tx, by)) ? fn(tx) : undefined)))
    }
    const open = (await asLeader((tx) => listOpenCommands(tx, { environment, shard }))) ?? []
    this.isReachable = true
    for (const { expiresAt, expected, next, ...command } of open) {
      const numbers = { expected: expected ?? undefined, next: next ?? undefined }
      const answer = carryOut(worker, { ...command, ...numbers, expiresMs: expiresAt.getTime() })
      await worker.core.journal.flush()
      const outcome = { commandId: command.id, connector, ...answer, at: new Date() }
      await asLeader((tx) => saveOutcome(tx, outcome))
    }
  }

  /** Logged once: commands asked meanwhile are carried out when the database answers again. */
  private failed(error: unknown): void {
    if (this.isReachable) this.options.log.error({ err: error }, 'commands to sessions cannot be read or answered')
    this.isReachable = false
  }
}
