import type { Snapshot } from '#domain/configuration/snapshot.ts'
import type { PartReport } from './part-report.ts'

/** What is wanted, as one source of configuration says it. */
export type Wanted =
  /**
   * `digest` tells two snapshots of one version apart; `variant` what may differ within
   * one, such as a credential that has expired.
   */
  | {
      ok: true
      snapshot: Snapshot
      digest: string
      variant?: string
      /** Parts that are not run as they are wanted, and why: in the snapshot they stand as they were, or not at all. */
      refused?: readonly PartReport[]
    }
  /** One line per problem, naming the JSON path. */
  | { ok: false; problems: string[] }
  /** The source cannot be asked now: what runs goes on. */
  | { ok: undefined; why: string }

/** Where wanted configuration comes from: a file, or the database. */
export type WantedSource = {
  read(): Promise<Wanted>
  /** What was applied here last, where that is kept: runs on when the wanted one must not be run. */
  kept?(): Wanted
  /** Calls back when there may be something new; a lost call only costs time. */
  watch(wake: () => void): void
  /** What became of each part of a version. */
  report(version: number, parts: readonly PartReport[]): void
  stop(): Promise<void>
}
