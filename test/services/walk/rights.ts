import type { PersonsAct } from './acts.ts'
import type { Contact, Group, Person, Request, RequestState, Role, Who } from './facts.ts'
import type { Model } from './model.ts'
import { exchange } from './world.ts'

/*
 * Who may do what, written from the rules of the portal (its table of actions and of immediate acts), not from the
 * product's code. `hasRight` judges the person alone, `isTimely` the state. An act that fails either must be refused.
 */

const drafters: readonly Role[] = ['requester', 'clearing-signatory', 'technical-contact', 'billing-approver']

export function hasRight(model: Model, act: PersonsAct): boolean {
  const me = model.people.get(act.by)
  if (!me?.isActive) return false
  const has = (...roles: Role[]) => roles.some((role) => me.roles.has(role))
  const isGam = me.firm === exchange && has('gam')
  const request = 'request' in act ? model.requests.get(act.request) : undefined
  const group = 'group' in act && act.group ? model.groups.get(act.group) : undefined
  switch (act.kind) {
    case 'start':
      if (me.firm === exchange) return isGam && (act.what !== 'new-group' || act.owner !== undefined)
      if (act.what === 'new-group') return has('requester')
      return group !== undefined && (mayDraft(model, act.by, group) || isContact(group, act.by))
    case 'attach paper':
      return isGam && request?.onBehalf === true
    case 'save':
    case 'copy':
      return request !== undefined && mayEdit(model, act.by, request)
    case 'submit':
      return request !== undefined && maySubmit(model, act.by, request)
    case 'discard':
      return request?.draftedBy === act.by
    case 'decide':
      if (!request || request.submittedBy === act.by) return false
      if (act.capacity === 'exchange') return isGam && !(request.onBehalf && request.draftedBy === act.by)
      return (
        request.asks.some((ask) => ask.firm === me.firm && ask.capacity === act.capacity) &&
        has(act.capacity === 'guarantor' ? 'clearing-signatory' : 'billing-approver')
      )
    case 'take back':
      return (
        has('clearing-signatory') &&
        request?.asks.some((ask) => ask.firm === me.firm && ask.capacity === 'guarantor') === true
      )
    case 'withdraw':
      return request?.owner === me.firm && (has('requester') || isContact(groupOf(model, request), act.by))
    case 'undo':
    case 'fail over':
      return isGam
    case 'withdraw consent':
      return has('clearing-signatory') && act.sources.some((source) => group?.agreements.has(`${source}/${me.firm}`))
    case 'pause':
    case 'resume':
      return mayRun(model, act, me, group)
    case 'create credential':
      return has('technical-contact') && group?.owner === me.firm
    case 'revoke credential':
      return (
        (me.firm === exchange && has('operations')) ||
        (has('technical-contact') && me.firm === model.ownerOfCredential(act.credential))
      )
    case 'end contact':
      return group !== undefined && mayEnd(me, act.by, group, act.contact)
    case 'change roles':
      return act.person !== act.by && model.firmOf(act.person) === me.firm && has('firm-admin', 'administrator')
    case 'disable':
      if (act.person === act.by) return false
      return model.firmOf(act.person) === me.firm ? has('firm-admin', 'administrator') : has('administrator')
    case 'invite':
      return me.firm === act.firm
        ? has('firm-admin', 'administrator')
        : has('administrator') && isFirstAdministrator(model, act)
  }
}

/** The only person whom the exchange may name in a firm: an administrator, when the firm has none. */
function isFirstAdministrator(model: Model, { firm, roles }: PersonsAct & { kind: 'invite' }): boolean {
  const own = [...model.people.values()].filter((one) => one.firm === firm && one.isActive)
  return firm !== exchange && roles.join() === 'firm-admin' && !own.some((one) => one.roles.has('firm-admin'))
}

const groupOf = (model: Model, request: Request): Group | undefined =>
  request.group ? model.groups.get(request.group) : undefined

/** Authorized for this group today, by any clearing firm. */
export const isContact = (group: Group | undefined, who: Who): boolean =>
  group !== undefined && [...group.contacts.values()].some((contact) => contact.who === who)

function mayDraft(model: Model, who: Who, { owner }: { owner: string }): boolean {
  const me = model.people.get(who)
  return me?.firm === owner && drafters.some((role) => me.roles.has(role))
}

/**
 * Requester or contact of the owner (other people of the owner may draft a change), or the GAM for a request on behalf.
 */
function mayEdit(model: Model, who: Who, request: Request): boolean {
  const me = model.people.get(who)
  if (me?.firm === exchange) return request.onBehalf && me.roles.has('gam')
  if (me?.firm !== request.owner) return false
  if (me.roles.has('requester') || isContact(groupOf(model, request), who)) return true
  return request.wish.kind !== 'new-group' && mayDraft(model, who, request)
}

/**
 * A new group: a requester of the owner. Later changes: today's contact of that group; when none is left, a signatory
 * of a guarantor. On behalf of the firm: a GAM, with the paper attached.
 */
function maySubmit(model: Model, who: Who, request: Request): boolean {
  const me = model.people.get(who)
  if (!me) return false
  if (me.firm === exchange) return request.onBehalf && me.roles.has('gam') && request.paper !== null
  if (request.wish.kind === 'new-group') return me.firm === request.owner && me.roles.has('requester')
  const group = groupOf(model, request)
  if (isContact(group, who)) return true
  return (
    group !== undefined &&
    group.contacts.size === 0 &&
    me.roles.has('clearing-signatory') &&
    model.guarantorsOf(group).includes(me.firm)
  )
}

/** The owner's technical contact or operations; only the person who paused, or operations, may resume. */
function mayRun(model: Model, act: PersonsAct & { kind: 'pause' | 'resume' }, me: Person, group: Group | undefined) {
  if (me.firm === exchange) return me.roles.has('operations')
  if (me.firm !== group?.owner || !me.roles.has('technical-contact')) return false
  const pausedBy = model.targetOf(act)?.pausedBy
  return act.kind === 'pause' || !pausedBy || pausedBy === act.by
}

/** The clearing firm that authorized them, the owner, or operations. */
function mayEnd(me: Person, who: Who, group: Group, contact: Contact): boolean {
  if (me.firm === exchange) return me.roles.has('operations')
  if (me.firm === contact.firm && me.roles.has('clearing-signatory')) return true
  return me.firm === group.owner && (me.roles.has('requester') || isContact(group, who))
}

const open: readonly RequestState[] = ['with-firms', 'with-gam', 'scheduled']
const endedUnheard: readonly RequestState[] = ['rejected', 'withdrawn', 'expired', 'failed']

/** How many milliseconds of the connector's silence it takes before a publication can be undone. */
const silenceMs = 60_000

export function isTimely(model: Model, act: PersonsAct): boolean {
  const request = 'request' in act ? model.requests.get(act.request) : undefined
  const group = 'group' in act && act.group ? model.groups.get(act.group) : undefined
  const state = request?.state ?? 'draft'
  const target = 'target' in act ? model.targetOf(act) : undefined
  switch (act.kind) {
    case 'start':
      return act.what === 'new-group' || group?.state === 'live'
    case 'save':
    case 'attach paper':
    case 'submit':
      return state === 'draft' || state === 'returned'
    case 'discard':
      return state === 'draft'
    case 'decide': {
      if (act.shown !== 'present') return false
      if (act.capacity === 'exchange') return state === 'with-gam'
      const mine = request?.asks.find((ask) => ask.firm === model.firmOf(act.by) && ask.capacity === act.capacity)
      return state === 'with-firms' && mine !== undefined && mine.met === null
    }
    case 'take back':
      return open.includes(state) && request?.asks.some((ask) => ask.firm === model.firmOf(act.by) && ask.met) === true
    case 'withdraw':
      return open.includes(state) || state === 'returned'
    case 'undo': {
      const published = request?.published
      if (state !== 'applying' || !published) return false
      return published.isRefused || !published.hasParts || model.nowMs >= published.atMs + silenceMs
    }
    case 'copy':
      return (
        request !== undefined &&
        endedUnheard.includes(state) &&
        (request.wish.kind === 'new-group' || groupOf(model, request)?.state === 'live')
      )
    case 'pause':
      return target !== undefined && !target.isClosed && target.pausedBy === null
    case 'resume':
      return target !== undefined && !target.isClosed && target.pausedBy !== null
    case 'fail over':
      return target !== undefined && !target.isClosed && target.active !== act.to
    case 'create credential':
      return target !== undefined && !target.isClosed && target.credentials.size < 2
    case 'revoke credential':
      return model.isLiveCredential(act.credential)
    case 'disable':
    case 'change roles':
      return model.people.get(act.person)?.isActive === true
    case 'end contact':
      return group?.contacts.has(`${act.contact.who}/${act.contact.firm}`) === true
    default:
      return true
  }
}
