import { writeAge } from '../figures.ts'
import { mostRaise } from '../session/command.ts'

/*
 * Who leads. The leader gives out the numbers by which clients and gateways know a message, so a connector may lead
 * only with the journal that holds every number given out before. For each environment and shard the database keeps one
 * lease: which journal led last, how far it went, and until when its leader counts as alive. A connector that starts
 * compares its journal with the lease.
 */

/** Milliseconds. A leader that has been silent for longer may be followed by another. */
export const leaseLastsMs = 3_000
/** Milliseconds between two renewals. */
export const renewEveryMs = 1_000

/** The last batch that a journal holds, and the position behind it. Its crc covers all batches before it. */
export type JournalEnd = { position: number; batch: number; crc: number }

/** The lease as the database has it. */
export type Lease = {
  lineage: string
  /** The leader's term: higher than the term of every leader before it. */
  term: number
  /** How far that leader's journal went when it was renewed last. */
  end: JournalEnd
  /** The directory of that journal. */
  place: string
  /** Whether the leader has renewed the lease in time, by the database's clock. */
  isLive: boolean
  /** Milliseconds since the lease was last renewed, by the database's clock. */
  silentMs: number
  /** Its leader stopped in order, so `end` is all that it wrote. */
  isEnded: boolean
}

/** What a connector that wants to lead has. */
export type Claim = {
  lineage: string
  /** The term of the last leader that wrote this journal; 0: none has. */
  term: number
  end: JournalEnd
  place: string
  /**
   * Whether the batch that the lease ends with is in this journal, byte for byte.
   * `unknown`: retention or damage has taken it.
   */
  holdsLease: 'yes' | 'no' | 'unknown'
  /** No connector has ever run on it. */
  isEmpty: boolean
  /** The term whose damaged end was cut off, if all numbers have been raised to make up for that. */
  raisedIn: number | undefined
}

export type RefusedClaim = {
  code: 'no-journal' | 'other-journal' | 'older-journal' | 'forked-journal' | 'copied-journal'
}
type ClaimVerdict = { verdict: 'lead'; term: number } | { verdict: 'wait' } | ({ verdict: 'refuse' } & RefusedClaim)

/** Whether a connector leads, waits for the one that does, or must not lead with this journal. */
export function judgeClaim(claim: Claim, lease: Lease | undefined): ClaimVerdict {
  if (!lease) return { verdict: 'lead', term: claim.term + 1 }
  const code = whyNot(claim, lease)
  if (code) return { verdict: 'refuse', code }
  // we hold the directory's lock, so a live lease in the name of our own directory is that of a dead process
  if (lease.isLive && lease.place !== claim.place) return { verdict: 'wait' }
  return { verdict: 'lead', term: Math.max(claim.term, lease.term) + 1 }
}

function whyNot(claim: Claim, lease: Lease): RefusedClaim['code'] | undefined {
  if (claim.lineage !== lease.lineage) return claim.isEmpty ? 'no-journal' : 'other-journal'
  // what the leader wrote after its last renewal is in its own directory, but not in a copy that was made before
  const isWhole = claim.place === lease.place || lease.isEnded
  if (claim.holdsLease === 'yes') return isWhole ? undefined : 'copied-journal'
  if (claim.holdsLease === 'unknown') return claim.term >= lease.term && isWhole ? undefined : 'forked-journal'
  const isOwnEnd = claim.raisedIn === lease.term && claim.place === lease.place
  if (isOwnEnd) return undefined
  return claim.end.batch < lease.end.batch ? 'older-journal' : 'forked-journal'
}

/** The most numbers of one session that a client which catches up can use between two renewals. */
const usedAtOnce = 300_000
/** The most numbers that a session can use in each further second while its leader does not reach the database. */
const usedPerSecond = 2_000

/** How far every number is raised when a journal that is behind leads: more than was used since the last report. */
export const gapAfter = ({ silentMs }: Pick<Lease, 'silentMs'>): number =>
  Math.min(mostRaise, usedAtOnce + Math.ceil(silentMs / 1_000) * usedPerSecond)

const wrong: Record<RefusedClaim['code'], string> = {
  'no-journal': 'its data directory is empty, and another journal has led here before',
  'other-journal': 'its journal is not the one that has led here before',
  'older-journal': 'its journal is an older copy of the one that led last',
  'forked-journal': 'its journal has gone another way than the one that led last',
  'copied-journal':
    'its journal is a copy of the one that led last, whose leader did not stop in order and may have gone further',
}

/** What people read of a refused claim, on pages, in the log and of `/readyz`. */
export function refusalSentence({ code }: RefusedClaim, claim: Claim, lease: Lease): string {
  const ends =
    code === 'older-journal' ? `, which goes to batch ${lease.end.batch}; this one ends at ${claim.end.batch}` : ''
  return `The connector does not lead: ${wrong[code]}${ends}. Numbers would be used again.`
}

/** What to do about the refusal, for the people who can do it. */
export const refusalRemedy = (lease: Lease): string =>
  `Start it with the data directory that led last (last heard of ${writeAge(lease.silentMs)} ago). If that is lost, start it once with --lead-from-behind "reason" (where the portal runs it, the portal: npm start -- --lead-from-behind "reason"): every outbound number is raised by ${gapAfter(lease)} above the last one reported, and what gateways send again is marked as a possible resend.`

/** An order to lead with a journal that is behind needs a reason, because people read it until the alarm ends. */
export const lacksReason = (takeOver: string | undefined): boolean => takeOver?.trim() === ''

/** Shown until a take-over has been acknowledged: every figure of that time needs a second look. */
export const tookOverSentence = ({ reason, gap }: { reason: string; gap: number }): string =>
  `The connector leads with a journal that is behind (${reason}): every outbound number was raised by ${gap}, and copies may be missing or come twice.`
