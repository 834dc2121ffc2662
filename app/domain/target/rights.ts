import { isLive } from '../credential/rotation.ts'
import { liveCredentials } from '../credential/secret.ts'
import type { TargetState } from '../group/states.ts'
import type { Role } from '../people/roles.ts'

/** What a right on a target depends on in a person. */
type Person = { userId: string; firmId: string; isExchange: boolean; standings: readonly string[] }

/**
 * A user of the installation's command line: without an account here, named as the machine knows them. Over `dc_jobs`.
 */
export type Operator = { operator: string }

type TargetRole = Extract<Role, 'technical-contact' | 'operations' | 'gam'>

/** `owner`: anybody of the firm that owns the group. `exchange`: anybody of the exchange. */
type Holder = TargetRole | 'owner' | 'exchange' | 'operator'

type Row = {
  from: readonly TargetState[]
  /** `technical-contact` is one of the owner's; a refusal asks for the first of these that is a role. */
  who: readonly Holder[]
  /** Who may, as a page says it to those who may not. */
  words: string
}

/**
 * All that may be done to a target: from which state, and by whom. Commands obey this table, pages grey out their
 * buttons by it, the permissions that open those pages are made from it, tests walk it. Conditions beside state and
 * person are elsewhere: `noRoom` for another credential, `hasEnded` for one to be revoked, and `fitFailOver` in
 * `session/fail-over.ts`.
 */
export const targetActions = {
  pause: {
    from: ['open'],
    who: ['technical-contact', 'operations', 'operator'],
    words: 'This needs a technical contact of the owner, or operations.',
  },
  /** A technical contact resumes only what they paused themselves. */
  resume: {
    from: ['paused'],
    who: ['technical-contact', 'operations', 'operator'],
    words: 'This needs a technical contact of the owner, or operations.',
  },
  /** Nobody of the exchange, since the person who makes a secret sees it. */
  'create-credential': {
    from: ['open', 'paused'],
    who: ['technical-contact'],
    words: 'Only a technical contact of the owner may create one.',
  },
  /** Revoking narrows, so it is allowed in every state. */
  'revoke-credential': {
    from: ['open', 'paused', 'closed'],
    who: ['technical-contact', 'operations'],
    words: 'Only the owner’s technical contact and operations may do this.',
  },
  'fail-over': {
    from: ['open', 'paused'],
    who: ['gam', 'operator'],
    words: 'Only a Global Account Manager may do this.',
  },
  'client-file': {
    from: ['open', 'paused'],
    who: ['owner', 'exchange'],
    words: 'Only the owner of its group and the exchange may do this.',
  },
  /** Log its session out, or change its numbers. */
  command: {
    from: ['open', 'paused'],
    who: ['operator'],
    words: 'Only the operator may do this, from the command line.',
  },
} as const satisfies Record<string, Row>

export type TargetAction = keyof typeof targetActions

/** The roles that an action asks of people, on any target. */
export const peopleWho = (action: TargetAction): readonly TargetRole[] => {
  const who: Row['who'] = targetActions[action].who
  return who.filter(isRole)
}

/**
 * What rights depend on in a target. `pauserName`: null where the reader may not see who paused it, or it was paused
 * without an account.
 */
export type ActedOn = {
  ownerId: string
  state: TargetState
  pausedBy: string | null
  pauserName: string | null
}

export type TargetRefusal =
  | { code: 'not-found' }
  | { code: 'not-allowed'; needs: TargetRole }
  | { code: 'already-paused'; by: string }
  | { code: 'not-paused' }
  | { code: 'too-many-credentials'; limit: number }
  | { code: 'already-revoked' }
  | { code: 'already-expired' }
  | { code: 'unfit-failover'; sentence: string }

/** Why somebody may not do this to a target; undefined: they may. */
export function mayNot(action: TargetAction, target: ActedOn, by: Person | Operator): TargetRefusal | undefined {
  const { from, who }: Row = targetActions[action]
  if (!who.some((holder) => holds(holder, target, by))) {
    const needs = who.find(isRole)
    return needs ? { code: 'not-allowed', needs } : { code: 'not-found' }
  }
  if (!from.includes(target.state)) return wrongState(action, target)
  if (action === 'resume' && !mayResumeThis(target, by)) return { code: 'not-allowed', needs: 'operations' }
  return undefined
}

function holds(holder: Holder, { ownerId }: ActedOn, by: Person | Operator): boolean {
  if ('operator' in by) return holder === 'operator'
  switch (holder) {
    case 'technical-contact':
      return !by.isExchange && by.firmId === ownerId && by.standings.includes(holder)
    case 'operations':
    case 'gam':
      return by.isExchange && by.standings.includes(holder)
    case 'owner':
      return by.firmId === ownerId
    case 'exchange':
      return by.isExchange
    case 'operator':
      return false
  }
}

/** What a refusal may ask for. */
const isRole = (holder: Holder): holder is TargetRole =>
  holder !== 'owner' && holder !== 'exchange' && holder !== 'operator'

function wrongState(action: TargetAction, target: ActedOn): TargetRefusal {
  const by = pauserOf(target)
  if (action === 'pause' && by !== undefined) return { code: 'already-paused', by }
  return action === 'resume' ? { code: 'not-paused' } : { code: 'not-found' }
}

const mayResumeThis = ({ pausedBy }: ActedOn, by: Person | Operator): boolean =>
  'operator' in by || by.isExchange || by.userId === pausedBy

/**
 * Who paused a target, in words; one whose name the reader may not see is of the exchange. Undefined: it is not paused.
 */
export function pauserOf({ state, pausedBy, pauserName }: Omit<ActedOn, 'ownerId'>): string | undefined {
  if (state !== 'paused') return undefined
  return pauserName ?? (pausedBy === null ? 'the operator' : 'the exchange')
}

/** Why there is no room for another credential beside this many live ones; undefined: there is room. */
export const noRoom = (live: number): TargetRefusal | undefined =>
  live >= liveCredentials ? { code: 'too-many-credentials', limit: liveCredentials } : undefined

/** Why a credential cannot be revoked any more; undefined: it can. */
export function hasEnded(
  credential: { revokedAt: Date | null; expiresAt: Date | null },
  now: Date,
): TargetRefusal | undefined {
  if (credential.revokedAt !== null) return { code: 'already-revoked' }
  return isLive(credential, now) ? undefined : { code: 'already-expired' }
}

/** A right as a page shows it: `why` is null exactly where they may. */
export type TargetRight = { may: boolean; why: string | null }

export function rightOn(action: TargetAction, refusal: TargetRefusal | undefined): TargetRight {
  return { may: refusal === undefined, why: refusal ? whyNot(action, refusal) : null }
}

/** The reason beside a button that is disabled. */
function whyNot(action: TargetAction, refusal: TargetRefusal): string {
  switch (refusal.code) {
    case 'not-found':
      return 'This target is closed.'
    case 'not-allowed':
      return action === 'resume' && refusal.needs === 'operations'
        ? 'Only the person who paused it, or operations, can resume it.'
        : targetActions[action].words
    case 'already-paused':
      return 'It is paused already.'
    case 'not-paused':
      return 'It is not paused.'
    case 'too-many-credentials':
      return `${refusal.limit} live already; revoke one first, or wait until one has expired.`
    case 'already-revoked':
      return 'It is revoked already.'
    case 'already-expired':
      return 'It has expired already.'
    case 'unfit-failover':
      return refusal.sentence
  }
}
