import { z } from 'zod'
import { mainShard } from '../reference/shard.ts'
import { ok, type Result, refuse } from '../result.ts'
import { crossCheck } from './cross-check.ts'
import {
  address,
  allowFrom,
  compId,
  credential,
  filters,
  heartbeatS,
  level,
  logonWindow,
  objectId,
  policy,
  reset,
  segment,
  shard,
  sourceId,
  subId,
  targetSessionId,
  tls,
  week,
} from './fields.ts'
import { problemLines } from './problem-lines.ts'

/** A reason is cut to this many characters before it is published. */
export const mostReason = 200

export const feedShape = {
  id: objectId,
  mode: z.enum(['accept', 'initiate']),
  ...address,
  /** Further addresses of the same peer (initiate: tried in turn) or of ourselves (accept). */
  addresses: z.array(z.strictObject(address)).default([]),
  dialect: z.enum(['encapsulated', 'plain']),
  /** The one source of a plain feed. */
  source: sourceId.optional(),
  ourCompId: compId,
  theirCompId: compId,
  /** 50 and 57 and 142 of what we send. */
  subId: subId.optional(),
  targetSubId: subId.optional(),
  locationId: subId.optional(),
  /** Used when we initiate; an acceptor takes the peer's 108. */
  heartbeatS: heartbeatS.default(30),
  /** Shorthand for one password credential. */
  password: z.string().min(1).max(256).optional(),
  app: z
    .strictObject({
      name: z.string().min(1).max(30),
      version: z.string().min(1).max(10),
      vendor: z.string().min(1).max(10),
    })
    .optional(),
  tls: tls.optional(),
  allowFrom: allowFrom.default([]),
  week: week.optional(),
  /** Only for a feed that we open; absent: never. */
  reset: reset.optional(),
  policy: policy.default('cme'),
}
export const sourceShape = {
  id: sourceId,
  /** One feed, or a failover pair: the first is the owner. */
  feed: z.union([objectId, z.array(objectId).min(1).max(8)]),
  gateway: z.enum(['cgw', 'msgw']),
  segments: z.array(segment).default([]),
}
export const targetShape = {
  sessionId: targetSessionId,
  protocol: z.enum(['classic', 'dc4']),
  group: z.string().min(1).max(100),
  level,
  filters: filters.default({}),
  sources: z.array(sourceId),
  /** Sources taken away with effect on the past: their copies are no longer given out by any resend. */
  revoked: z.array(sourceId).default([]),
  /**
   * Sources that were stopped because a consent is missing: none of their messages is copied, and all are counted as
   * filtered for this reason.
   */
  stopped: z.array(z.strictObject({ source: sourceId, reason: z.string().min(1).max(mostReason) })).optional(),
  /** Classic only: how many copies are kept for a client that is away. */
  queueDepth: z.union([z.int().min(0), z.literal('all')]).default(100),
  /** Seconds after a disconnect during which copies do not count against queueDepth. */
  queueGraceS: z.int().min(0).default(0),
  active: z.enum(['primary', 'backup']).default('primary'),
  /** While true, Logons are refused and copies are kept as for a client that is away. */
  paused: z.boolean().default(false),
  listen: z
    .array(
      z.strictObject({
        role: z.enum(['primary', 'backup']),
        ...address,
        segment: segment.optional(),
        tls: tls.optional(),
      }),
    )
    .min(1),
  windows: z.array(logonWindow).default([]),
  allowFrom: allowFrom.default([]),
  policy: policy.default('cme'),
}

const limits = z.strictObject({
  /** Bytes waiting in one target's socket before its cursor waits. */
  socketBytes: z.int().min(1024).optional(),
  /** The same over all sockets together. */
  allSocketsBytes: z.int().min(65536).optional(),
  /** Bytes of recent batches kept in memory; several of the largest must fit. */
  ringBytes: z
    .int()
    .min(4 * 1024 * 1024)
    .optional(),
  /** Largest frame accepted; the journal keeps offsets into one in 16 bits. */
  frameBytes: z.int().min(4096).max(65_536).optional(),
  unauthenticatedPerAddress: z.int().min(1).optional(),
  /** dc4: how far outbound numbers jump on a failover. */
  failoverJump: z.int().min(1).optional(),
})

/** What belongs to the exchange as a whole rather than to one part. */
export const commonShape = {
  schema: z.literal(1),
  version: z.int().min(0),
  /** Whose feeds and targets these are: a connector runs those of its own shard. */
  shard: shard.default(mainShard),
  exchange: z.strictObject({ compId, subId }),
  week: week.default({ zone: 'America/Chicago', day: 'sunday', time: '16:00' }),
  limits: limits.default({}),
  journal: z
    .strictObject({
      /** fsync survives power loss, os a crash of the process. */
      durability: z.enum(['fsync', 'os']).default('fsync'),
      retention: z.strictObject({ hours: z.int().min(48).optional(), maxBytes: z.int().min(1).optional() }).default({}),
    })
    .default({ durability: 'fsync', retention: {} }),
}

const commonSchema = z.strictObject(commonShape)

export const snapshotSchema = z.strictObject({
  ...commonShape,
  feeds: z.array(z.strictObject({ ...feedShape, credentials: z.array(credential).default([]) })),
  sources: z.array(z.strictObject(sourceShape)),
  targets: z.array(z.strictObject({ ...targetShape, credentials: z.array(credential).default([]) })),
})

/** The connector's configuration, version 1 of the schema, every default filled in. */
export type Snapshot = z.output<typeof snapshotSchema>
/** The same as written in a file: what has a default may be absent. */
export type SnapshotInput = z.input<typeof snapshotSchema>
export type Exchange = Snapshot['exchange']
export type SnapshotFeed = Snapshot['feeds'][number]
export type SnapshotSource = Snapshot['sources'][number]
export type SnapshotTarget = Snapshot['targets'][number]

export type SnapshotRefusal = { code: 'invalid-snapshot'; problems: string[] }

/** Checks the shape, then how the parts fit together. Refused with a line per problem, `targets[0].sources[1]: …`. */
export function parseSnapshot(document: unknown): Result<Snapshot, SnapshotRefusal> {
  const parsed = snapshotSchema.safeParse(document)
  if (!parsed.success) return refuse({ code: 'invalid-snapshot', problems: problemLines(parsed.error) })
  const problems = crossCheck(parsed.data)
  return problems.length > 0 ? refuse({ code: 'invalid-snapshot', problems }) : ok(parsed.data)
}

/**
 * The same for parts whose shape was already checked one by one. What remains to check is what belongs to no part, and
 * how the parts fit together.
 */
export function joinSnapshot(
  common: unknown,
  parts: Pick<Snapshot, 'feeds' | 'sources' | 'targets'>,
): Result<Snapshot, SnapshotRefusal> {
  const parsed = commonSchema.safeParse(common)
  if (!parsed.success) return refuse({ code: 'invalid-snapshot', problems: problemLines(parsed.error) })
  const snapshot = { ...parsed.data, ...parts }
  const problems = crossCheck(snapshot)
  return problems.length > 0 ? refuse({ code: 'invalid-snapshot', problems }) : ok(snapshot)
}
