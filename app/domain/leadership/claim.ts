import { writeAge } from '../figures.ts'
import { mostRaise } from '../session/command.ts'

/*
 * Who leads. Whoever leads gives out the numbers that clients and gateways know a message by, so a connector may
 * lead only with the journal that holds every number given out before. The database keeps one lease for each
 * environment and shard: which journal led last, how far it went, and until when its leader is taken to live. A
 * connector that starts compares its journal with it.
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
  /** Of its leader. Every leader has a higher one than the leaders before it. */
  term: number
  /** How far that leader's journal went when it was renewed last. */
  end: JournalEnd
  /** The directory of that journal. */
  place: string
  /** By the database's clock: its leader has renewed it in time. */
  isLive: boolean
  /** Since it was renewed last, by the database's clock. */
  silentMs: number
  /** Its leader stopped in order, so `end` is all that it wrote. */
  isEnded: boolean
}

/** What a connector that wants to lead has. */
export type Claim = {
  lineage: string
  /** Of the last leader that wrote this journal; 0: none has. */
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
  /** The term at whose end damage was cut, where all numbers have been raised for that. */
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
  // whoever has the directory's lock and finds the lease in the directory's name follows a process that is dead
  if (lease.isLive && lease.place !== claim.place) return { verdict: 'wait' }
  return { verdict: 'lead', term: Math.max(claim.term, lease.term) + 1 }
}

function whyNot(claim: Claim, lease: Lease): RefusedClaim['code'] | undefined {
  if (claim.lineage !== lease.lineage) return claim.isEmpty ? 'no-journal' : 'other-journal'
  // what its leader wrote after its last renewal is in its own directory, and in no copy that was made before
  const isWhole = claim.place === lease.place || lease.isEnded
  if (claim.holdsLease === 'yes') return isWhole ? undefined : 'copied-journal'
  if (claim.holdsLease === 'unknown') return claim.term >= lease.term && isWhole ? undefined : 'forked-journal'
  const isOwnEnd = claim.raisedIn === lease.term && claim.place === lease.place
  if (isOwnEnd) return undefined
  return claim.end.batch < lease.end.batch ? 'older-journal' : 'forked-journal'
}

/** So many numbers of one session may be used between two renewals, by a client that catches up. */
const usedAtOnce = 300_000
/** What a session may have used in each further second, while its leader did not reach the database. */
const usedPerSecond = 2_000

/**
 * By how much every number is raised when a journal that is behind leads: more than
 * can have been used since the last report.
 */
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

/** What it says besides to whoever can change that. */
export const refusalRemedy = (lease: Lease): string =>
  `Start it with the data directory that led last (last heard of ${writeAge(lease.silentMs)} ago). If that is lost, start it once with --lead-from-behind "reason" (where the portal runs it, the portal: npm start -- --lead-from-behind "reason"): every outbound number is raised by ${gapAfter(lease)} above the last one reported, and what gateways send again is marked as a possible resend.`

/**
 * An operator's word to lead from behind is worth something with its reason alone: people read it until the end of the
 * alarm.
 */
export const lacksReason = (takeOver: string | undefined): boolean => takeOver?.trim() === ''

/** While a take-over has not been acknowledged: every figure of that time wants a second look. */
export const tookOverSentence = ({ reason, gap }: { reason: string; gap: number }): string =>
  `The connector leads with a journal that is behind (${reason}): every outbound number was raised by ${gap}, and copies may be missing or come twice.`
