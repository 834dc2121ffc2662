import type { Logger } from 'pino'
import { conform, otherShard, refusal } from '#connector/run/snapshot/apply.ts'
import type { PartReport } from '#connector/run/snapshot/part-report.ts'
import { wantedAddresses } from '#connector/run/snapshot/plan.ts'
import type { Wanted, WantedSource } from '#connector/run/snapshot/wanted.ts'
import { addressKey } from '#connector/wire/settings.ts'
import type { Snapshot } from '#domain/configuration/snapshot.ts'
import { Reconciler } from './passes.ts'
import { Worker, type WorkerOptions } from './worker.ts'

/** How often a part that was refused is tried again, and a source of configuration is asked without having called. */
const everyMs = 5_000

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

export type RunOptions = Omit<WorkerOptions, 'durability' | 'shard'> & {
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
  const follow = new Following(worker, wanted, log)
  const parts = await follow.run(begin)
  if (refused) follow.complain([refused.problem], refused.says)
  const failed = parts.filter((part) => part.state === 'refused')
  if (failed.length > 0 && options.needsEveryListener) {
    await worker.stop()
    throw new StartRefusal(
      failed.map((part) => `${part.kind} ${part.id}: ${part.detail}`),
      false,
    )
  }
  const reconciler = new Reconciler(
    () => follow.pass(),
    (error) => log.error({ err: error }, 'a reconcile pass failed'),
    everyMs,
  )
  wanted.watch(() => reconciler.wake())
  return {
    worker,
    wake: () => reconciler.wake(),
    onApplied: (listener) => follow.listen(listener),
    stop: async () => {
      await reconciler.stop()
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

const nameOf = ({ snapshot, digest, variant = '' }: Extract<Wanted, { ok: true }>): string =>
  `${snapshot.version} ${digest} ${variant}`

/** An address of a target that is failed over cannot be had yet. */
const isUnheard = ({ acceptor }: Worker, snapshot: Snapshot): boolean =>
  wantedAddresses(snapshot).some((address) => !acceptor.keys.includes(addressKey(address)))

/** Those that cannot be run as they are wanted, in place of what stands there instead. */
const withRefused = (parts: readonly PartReport[], refused: readonly PartReport[]): PartReport[] => [
  ...parts.filter((part) => !refused.some((one) => one.kind === part.kind && one.id === part.id)),
  ...refused,
]

/** What a pass does: read, compare with what was applied last, act, report. */
class Following {
  private applied = ''
  private problems = ''
  private hasRefused = false
  private current: Extract<Wanted, { ok: true }> | undefined
  private parts: readonly PartReport[] = []
  private listener: ((parts: readonly PartReport[]) => void) | undefined

  constructor(
    private readonly worker: Worker,
    private readonly wanted: WantedSource,
    private readonly log: Logger,
  ) {}

  listen(listener: (parts: readonly PartReport[]) => void): void {
    this.listener = listener
    listener(this.parts)
  }

  async pass(): Promise<void> {
    const read = await this.wanted.read()
    if (read.ok === undefined) return
    if (!read.ok) return this.complain(read.problems)
    const refused = refusal(this.worker, read.snapshot, read.digest)
    if (refused) {
      this.complain([refused.problem], refused.says)
      if (this.hasRefused && this.current) await this.run(this.current)
      return
    }
    this.problems = ''
    this.worker.alarms.clear('configuration', 'connector', '')
    if (this.applied !== nameOf(read) || this.hasRefused) await this.run(read)
  }

  async run(read: Extract<Wanted, { ok: true }>): Promise<PartReport[]> {
    const { snapshot, digest } = read
    const conformed = await conform(this.worker, snapshot, digest)
    const tryAgain = conformed.some((part) => part.state === 'refused') || isUnheard(this.worker, snapshot)
    const parts = withRefused(conformed, read.refused ?? [])
    const failed = parts.filter((part) => part.state === 'refused')
    const isNews = this.applied !== nameOf(read)
    this.applied = nameOf(read)
    this.current = read
    this.hasRefused = tryAgain
    this.parts = parts
    this.listener?.(parts)
    this.wanted.report(snapshot.version, parts)
    if (isNews) this.log.info({ version: snapshot.version, refused: failed.length }, 'configuration in force')
    for (const { kind, id, detail } of isNews ? failed : []) this.log.error({ [kind]: id, detail }, 'refused')
    return parts
  }

  /** Said once: what runs goes on. */
  complain(problems: readonly string[], says = `The wanted configuration is not run: ${problems[0] ?? ''}`): void {
    const text = problems.join('\n')
    if (text === this.problems) return
    this.problems = text
    this.worker.alarms.raise('configuration', 'connector', '', says)
    for (const problem of problems) this.log.error({ problem }, 'the wanted configuration is not run')
  }
}
