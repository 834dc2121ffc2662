import { createHash } from 'node:crypto'
import { and, asc, count, desc, gt, gte, lte, max, sql } from 'drizzle-orm'
import type { BrokenSeal } from '#domain/alarm/audit.ts'
import { canonicalJson } from '#domain/digest.ts'
import type { Database, Tx } from './client.ts'
import { auditEvents, auditSeals } from './schema/audit.ts'

type Jobs = Pick<Database, 'asJobs'>
type Seal = typeof auditSeals.$inferSelect

/** The most events in one seal. */
const sealLimit = 1000

/**
 * Chain every committed event that has no seal yet, in order of `seq`. Numbers of transactions that rolled
 * back are holes in a seal's range and stay so.
 * @returns how many seals were added; 0 also when writers were too busy to be waited for, or another portal is sealing
 */
export async function sealAuditEvents(jobs: Jobs, now: Date): Promise<number> {
  const bound = await settledUpTo(jobs)
  let added = 0
  while (bound !== undefined && (await jobs.asJobs((tx) => sealNext(tx, bound, now)))) added++
  return added
}

/**
 * The highest number below which no event can appear any more; undefined: there is none, or a writer does not finish.
 */
async function settledUpTo(jobs: Jobs): Promise<number | undefined> {
  try {
    return await jobs.asJobs(async (tx) => {
      await tx.execute(sql`select set_config('lock_timeout', '250ms', true)`)
      await tx.execute(sql`select pg_advisory_xact_lock(hashtext('drop-copy audit order'))`)
      const [row] = await tx.select({ highest: max(auditEvents.seq) }).from(auditEvents)
      return row?.highest ?? undefined
    })
  } catch (error) {
    if (errorCode(error) === '55P03') return undefined // lock not available: the next pass tries again
    throw error
  }
}

const errorCode = (error: unknown): unknown => {
  const cause = error instanceof Error ? error.cause : undefined // drizzle wraps what the driver threw
  return cause instanceof Error && 'code' in cause ? cause.code : undefined
}

async function sealNext(tx: Tx, bound: number, now: Date): Promise<boolean> {
  const lock = sql`select pg_try_advisory_xact_lock(hashtext('drop-copy audit sealer')) as alone`
  const [answer] = await tx.execute<{ alone: boolean }>(lock)
  if (!answer?.alone) return false
  const [last] = await tx.select().from(auditSeals).orderBy(desc(auditSeals.toSeq)).limit(1)
  const fromSeq = (last?.toSeq ?? 0) + 1
  const range = and(gte(auditEvents.seq, fromSeq), lte(auditEvents.seq, bound))
  const events = await tx.select().from(auditEvents).where(range).orderBy(asc(auditEvents.seq)).limit(sealLimit)
  const toSeq = events.at(-1)?.seq
  if (toSeq === undefined) return false
  const previous = last?.hash ?? null
  await tx.insert(auditSeals).values({ fromSeq, toSeq, previous, hash: hashOf(previous, events), at: now })
  return true
}

/** sha256 over the previous seal and one line of canonical JSON for each event. */
function hashOf(previous: Buffer | null, events: readonly unknown[]): Buffer {
  const hash = createHash('sha256').update(previous ?? Buffer.alloc(0))
  for (const event of events) hash.update(`${canonicalJson(event)}\n`)
  return hash.digest()
}

type SealVerdict =
  | { ok: true; seals: number; unsealed: number }
  /** `seal` is the range whose events, or whose place in the chain, differ from what was sealed. */
  | ({ ok: false } & BrokenSeal)

/** Recompute the whole chain, one seal at a time so that memory stays small, each in its own transaction. */
export async function verifyAuditSeals(jobs: Jobs): Promise<SealVerdict> {
  let last: Seal | undefined
  for (let seals = 0; ; seals++) {
    const found = await jobs.asJobs((tx) => checkNext(tx, last))
    if (!found) return { ok: true, seals, unsealed: await jobs.asJobs((tx) => countUnsealed(tx, last)) }
    const { seal, why } = found
    if (why) return { ok: false, seal: { fromSeq: seal.fromSeq, toSeq: seal.toSeq }, why }
    last = seal
  }
}

async function checkNext(tx: Tx, last: Seal | undefined): Promise<{ seal: Seal; why?: string } | undefined> {
  const after = gt(auditSeals.toSeq, last?.toSeq ?? 0)
  const [seal] = await tx.select().from(auditSeals).where(after).orderBy(asc(auditSeals.toSeq)).limit(1)
  if (!seal) return undefined
  if (seal.fromSeq !== (last?.toSeq ?? 0) + 1) return { seal, why: 'a seal before it is missing' }
  const expected = last?.hash ?? Buffer.alloc(0)
  if (!expected.equals(seal.previous ?? Buffer.alloc(0))) return { seal, why: 'it does not name the seal before it' }
  const range = and(gte(auditEvents.seq, seal.fromSeq), lte(auditEvents.seq, seal.toSeq))
  const events = await tx.select().from(auditEvents).where(range).orderBy(asc(auditEvents.seq))
  if (!hashOf(seal.previous, events).equals(seal.hash)) {
    return { seal, why: 'an event in it was changed, removed or added' }
  }
  return { seal }
}

async function countUnsealed(tx: Tx, last: Seal | undefined): Promise<number> {
  const [row] = await tx
    .select({ n: count() })
    .from(auditEvents)
    .where(gt(auditEvents.seq, last?.toSeq ?? 0))
  return row?.n ?? 0
}
