import type { Logger } from 'pino'
import { ConfigurationFollower } from './configuration-follower.ts'
import type { PartReport } from './snapshot/part-report.ts'
import { otherShard, refusal } from './snapshot/refusal.ts'
import type { Wanted, WantedSource } from './snapshot/wanted.ts'
import { Worker, type WorkerOptions } from './worker.ts'

/** Why a connector did not start: one line per problem. */
export class StartRefusal extends Error {
  override name = 'StartRefusal'
  constructor(
    readonly problems: readonly string[],
    /** The configuration cannot be run, as opposed to a machine that cannot run it. */
    readonly isConfiguration: boolean,
  ) {
    super(problems.join('\n'))
  }
}

export type Running = {
  worker: Worker
  /** Checks at once whether another configuration is wanted. */
  wake(): void
  /** Calls back with the outcome of each part, at once for the present configuration and after every change. */
  onApplied(listener: (parts: readonly PartReport[]) => void): void
  stop(): Promise<void>
}

type RunOptions = Omit<WorkerOptions, 'durability' | 'shard'> & {
  /** Absent: the shard of the first snapshot. */
  shard?: string | undefined
  wanted: WantedSource
  /** The first snapshot, already read. */
  first: Extract<Wanted, { ok: true }>
  log: Logger
  /** An address that cannot be listened on ends the start; otherwise it is reported and tried again. */
  needsEveryListener: boolean
}

/** Recovers, runs the first snapshot, and then follows the wanted configuration. @throws StartRefusal */
export async function runConnector(options: RunOptions): Promise<Running> {
  const { first, log, wanted } = options
  const { ringBytes } = first.snapshot.limits
  const durability = first.snapshot.journal.durability
  const { shard = first.snapshot.shard } = options
  // before the journal is opened: a new journal would belong to the wrong shard for good
  if (first.snapshot.shard !== shard) throw new StartRefusal([otherShard(first.snapshot.shard, shard)], true)
  const worker = await Worker.open({ ...(ringBytes ? { ringBytes } : {}), ...options, shard, durability })
  const refused = refusal(worker, first.snapshot, first.digest)
  const begin = refused ? keptInstead(worker, wanted) : first
  if (!begin) {
    await worker.stop()
    throw new StartRefusal(refused ? [refused.problem] : [], true)
  }
  const follower = new ConfigurationFollower(worker, wanted, log)
  const parts = await follower.run(begin)
  if (refused) follower.complain([refused.problem], refused.says)
  const failed = parts.filter((part) => part.state === 'refused')
  if (failed.length > 0 && options.needsEveryListener) {
    await worker.stop()
    throw new StartRefusal(
      failed.map((part) => `${part.kind} ${part.id}: ${part.detail}`),
      false,
    )
  }
  follower.follow()
  return {
    worker,
    wake: () => follower.wake(),
    onApplied: (listener) => follower.listen(listener),
    stop: async () => {
      await follower.stop()
      await wanted.stop()
      await worker.stop()
    },
  }
}

/** The configuration applied last, when the database was restored to before it: nothing older may run. */
function keptInstead(worker: Worker, wanted: WantedSource): Extract<Wanted, { ok: true }> | undefined {
  const kept = wanted.kept?.()
  return kept?.ok && !refusal(worker, kept.snapshot, kept.digest) ? kept : undefined
}
