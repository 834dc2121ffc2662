import type { Snapshot } from '#domain/configuration/snapshot.ts'
import type { PartReport } from './part-report.ts'

/** The wanted configuration, as one source gives it. */
export type Wanted =
  /**
   * `digest` tells two snapshots of one version apart; `variant` names what may differ within one, such as an expired
   * credential.
   */
  | {
      ok: true
      snapshot: Snapshot
      digest: string
      variant?: string
      /** Parts that are not run as they are wanted, and why: the snapshot has them as they were, or not at all. */
      refused?: readonly PartReport[]
    }
  /** One line per problem, naming the JSON path. */
  | { ok: false; problems: string[] }
  /** The source cannot be asked now: what runs goes on. */
  | { ok: undefined; why: string }

/** Where wanted configuration comes from: a file, or the database. */
export type WantedSource = {
  read(): Promise<Wanted>
  /** The configuration applied last, where the source keeps it: it runs on when the wanted one must not be run. */
  kept?(): Wanted
  /** Calls back when there may be something new; a lost call only costs time. */
  watch(wake: () => void): void
  /** Reports the outcome of each part of a version. */
  report(version: number, parts: readonly PartReport[]): void
  stop(): Promise<void>
}
