import type { Environment } from '../reference/environment.ts'

/** One journal, one leader. */
export type Shard = { environment: Environment; shard: string }

/** Whoever leads, as every report says. */
export type Leader = Shard & { lineage: string; term: number }
