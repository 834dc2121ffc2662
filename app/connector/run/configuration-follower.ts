import type { Logger } from 'pino'
import { addressKey } from '#connector/wire/address.ts'
import type { Snapshot } from '#domain/configuration/snapshot.ts'
import { Passes } from './passes.ts'
import { applySnapshot } from './snapshot/apply-snapshot.ts'
import type { PartReport } from './snapshot/part-report.ts'
import { wantedAddresses } from './snapshot/plan.ts'
import { refusal } from './snapshot/refusal.ts'
import type { Wanted, WantedSource } from './snapshot/wanted.ts'
import type { Worker } from './worker.ts'

/** How often a refused part is tried again, and the source of configuration is asked without having called. */
const everyMs = 5_000

/**
 * Follows the wanted configuration: each pass reads it, compares it with the one applied last, applies what differs,
 * and reports. When the wanted configuration cannot be read or run, what runs stays as it is.
 */
export class ConfigurationFollower {
  private passes: Passes | undefined
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

  /** Starts following: a pass whenever the source calls, and every few seconds. */
  follow(): void {
    const { log, wanted } = this
    const failed = (error: unknown) => log.error({ err: error }, 'a reconcile pass failed')
    this.passes = new Passes(() => this.pass(), failed, everyMs)
    wanted.watch(() => this.wake())
  }

  /** Checks at once whether another configuration is wanted. */
  wake(): void {
    this.passes?.wake()
  }

  /** Resolves when the present pass has ended; no other follows. */
  async stop(): Promise<void> {
    await this.passes?.stop()
  }

  private async pass(): Promise<void> {
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
    const applied = await applySnapshot(this.worker, snapshot, digest)
    const tryAgain = applied.some((part) => part.state === 'refused') || isUnheard(this.worker, snapshot)
    const parts = withRefused(applied, read.refused ?? [])
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

  /** Logs a problem once; what runs goes on. */
  complain(problems: readonly string[], says = `The wanted configuration is not run: ${problems[0] ?? ''}`): void {
    const text = problems.join('\n')
    if (text === this.problems) return
    this.problems = text
    this.worker.alarms.raise('configuration', 'connector', '', says)
    for (const problem of problems) this.log.error({ problem }, 'the wanted configuration is not run')
  }
}

const nameOf = ({ snapshot, digest, variant = '' }: Extract<Wanted, { ok: true }>): string =>
  `${snapshot.version} ${digest} ${variant}`

/** Whether some wanted address is not listened to yet. */
const isUnheard = ({ acceptor }: Worker, snapshot: Snapshot): boolean =>
  wantedAddresses(snapshot).some((address) => !acceptor.keys.includes(addressKey(address)))

/** The reports of refused parts, in place of the reports of what runs instead of them. */
const withRefused = (parts: readonly PartReport[], refused: readonly PartReport[]): PartReport[] => [
  ...parts.filter((part) => !refused.some((one) => one.kind === part.kind && one.id === part.id)),
  ...refused,
]
