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
    /** A configuration that cannot be run, rather than a machine that cannot run it. */
    readonly isConfiguration: boolean,
  ) {
    super(problems.join('\n'))
  }
}

export type Running = {
  worker: Worker
  /** Look at once whether something else is wanted. */
  wake(): void
  /** Called with what became of each part, at once for the present configuration and after every change. */
  onApplied(listener: (parts: readonly PartReport[]) => void): void
  stop(): Promise<void>
}

type RunOptions = Omit<WorkerOptions, 'durability' | 'shard'> & {
  /** Absent: the one that the first snapshot is of. */
  shard?: string | undefined
  wanted: WantedSource
  /** The first snapshot, read already. */
  first: Extract<Wanted, { ok: true }>
  log: Logger
  /** An address that cannot be had ends the start; otherwise it is reported and tried again. */
  needsEveryListener: boolean
}

/** Recovers, runs the first snapshot, and follows what is wanted from then on. @throws StartRefusal */
export async function runConnector(options: RunOptions): Promise<Running> {
  const { first, log, wanted } = options
  const { ringBytes } = first.snapshot.limits
  const durability = first.snapshot.journal.durability
  const { shard = first.snapshot.shard } = options
  // before the journal is opened: a new one would be that of the wrong shard for good
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

/** After a database was put back to before what has run here: what was applied last, and nothing older. */
function keptInstead(worker: Worker, wanted: WantedSource): Extract<Wanted, { ok: true }> | undefined {
  const kept = wanted.kept?.()
  return kept?.ok && !refusal(worker, kept.snapshot, kept.digest) ? kept : undefined
}
