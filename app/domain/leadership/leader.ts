import type { Environment } from '../reference/environment.ts'

/** One journal, one leader. */
export type Shard = { environment: Environment; shard: string }

/** The leader, as every report names it. */
export type Leader = Shard & { lineage: string; term: number }
