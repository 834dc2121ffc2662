import type { Random } from '#gateway-sim/random.ts'
import { type Act, by } from './acts.ts'
import { several, some } from './draw.ts'
import type { Group, Request, Role, Who } from './facts.ts'
import type { Model } from './model.ts'
import { hasRight, isTimely } from './rights.ts'
import { isUnwritten, text } from './wishes.ts'
import { clearingFirms, exchange, type FirmKey, sources, tradingFirms } from './world.ts'

/** How often each kind of step is tried, in proportion to the others. */
const weights: Record<Act['kind'], number> = {
  start: 6,
  save: 12,
  'attach paper': 3,
  submit: 14,
  decide: 28,
  'take back': 2,
  withdraw: 2,
  undo: 7,
  discard: 1,
  copy: 2,
  'withdraw consent': 4,
  pause: 3,
  resume: 2,
  'fail over': 1,
  'create credential': 2,
  'revoke credential': 1,
  'end contact': 2,
  'change roles': 2,
  disable: 1,
  invite: 2,
  'reference data': 3,
  'publish reference data': 1,
  'time passes': 5,
  'connector reports': 4,
}
const kinds = Object.keys(weights) as Act['kind'][] // exactly its keys
/**
 * While a publication can still be undone, people narrow what it widened, and then undo it: only this finds an undo
 * that brings back more than it may.
 */
const whileApplying: Partial<Record<Act['kind'], number>> = {
  'withdraw consent': 20,
  pause: 8,
  'end contact': 6,
  'revoke credential': 3,
  'time passes': 12,
  undo: 30,
  'connector reports': 3,
}
const drawnBy = (of: Record<Act['kind'], number>) =>
  kinds.flatMap((kind) => Array.from({ length: of[kind] }, () => kind))
const drawn = drawnBy(weights)
const drawnWhileApplying = drawnBy({ ...weights, ...whileApplying })

/** People with rights in similar places, who are the likeliest to be let in by mistake. */
const nearRoles: Partial<Record<Act['kind'], readonly Role[]>> = {
  submit: ['gam', 'requester'],
  decide: ['clearing-signatory', 'gam', 'billing-approver'],
  'withdraw consent': ['clearing-signatory'],
  'end contact': ['clearing-signatory', 'requester'],
  withdraw: ['technical-contact', 'billing-approver', 'clearing-signatory'],
  pause: ['technical-contact', 'gam'],
  resume: ['technical-contact', 'gam'],
  'fail over': ['operations', 'technical-contact'],
  'create credential': ['technical-contact', 'operations'],
  'revoke credential': ['technical-contact', 'gam'],
  'change roles': ['firm-admin', 'administrator'],
  disable: ['firm-admin', 'administrator'],
  invite: ['firm-admin', 'administrator'],
}

/** Submitting needs something that the firm signed. Without such a paper a GAM tries to submit all the same. */
function isWithoutPaper(model: Model, act: Act): boolean {
  if (act.kind !== 'submit') return false
  const { onBehalf, paper } = model.request(act.request)
  return onBehalf && paper === null
}

const nobody: Who = ''
type Proposal = Act | undefined

/** The next step: mostly an act that is allowed now by a person who may do it, but often enough not. */
export function choose(random: Random, model: Model, step: number): Act {
  const isApplying = [...model.requests.values()].some(inState('applying'))
  for (;;) {
    const act = proposals[random.pick(isApplying ? drawnWhileApplying : drawn)](random, model, step)
    if (!act) continue
    if (!('by' in act)) return act
    const everybody = [...model.people.keys()]
    const gams = everybody.filter((who) => model.person(who).roles.has('gam'))
    if (isWithoutPaper(model, act) && gams.length > 0 && random.below(3) === 0) return by(act, random.pick(gams))
    const rightful = everybody.filter((who) => hasRight(model, by(act, who)))
    const near = everybody.filter((who) => nearRoles[act.kind]?.some((role) => model.person(who).roles.has(role)))
    const wrong = near.length > 0 && random.below(2) === 0 ? near : everybody
    const chosen = by(act, random.pick(rightful.length > 0 && random.below(100) < 82 ? rightful : wrong))
    if (isTimely(model, chosen) || random.below(100) < 12) return chosen
  }
}

const request = (random: Random, model: Model, fits: (request: Request) => boolean) =>
  some(random, [...model.requests], ([, one]) => fits(one))
/** Often a group that is being changed, because what happens during a change is what goes wrong. */
const group = (random: Random, model: Model, fits: (group: Group) => boolean) => {
  const moving = [...model.requests.values()].filter(inState('with-firms', 'with-gam', 'applying'))
  const isMoving = (label: string) => moving.some((one) => one.group === label)
  const wanted = random.below(100) < 60 && moving.length > 0
  return (
    (wanted && some(random, [...model.groups], ([label, one]) => isMoving(label) && fits(one))) ||
    some(random, [...model.groups], ([, one]) => fits(one))
  )
}
const inState =
  (...states: Request['state'][]) =>
  (one: Request) =>
    states.includes(one.state)

type Propose = (random: Random, model: Model, step: number) => Proposal

const onRequest =
  (kind: 'submit' | 'take back' | 'withdraw' | 'undo' | 'discard', fits: (one: Request) => boolean): Propose =>
  (random, model) => {
    const found = request(random, model, fits)
    return found && { kind, by: nobody, request: found[0] }
  }

const onTarget =
  (kind: 'pause' | 'resume', isPaused: boolean): Propose =>
  (random, model) => {
    const isSo = (one: { pausedBy: Who | null }) => (one.pausedBy !== null) === isPaused
    const found = group(random, model, ({ targets }) => [...targets.values()].some(isSo))
    if (!found) return undefined
    const nth = some(random, [...[...found[1].targets.values()].entries()], ([, one]) => isSo(one))
    return nth && { kind, by: nobody, group: found[0], target: nth[0] }
  }

const proposals: Record<Act['kind'], Propose> = {
  start: (random, model, step) => {
    const start = { kind: 'start', by: nobody, request: `r${step}` } as const
    const behalf = random.below(100) < 15 ? { owner: random.pick(tradingFirms) } : {}
    if (random.below(6) === 0) return { ...start, ...behalf, what: 'new-group' }
    const found = group(random, model, (one) => one.state === 'live')
    const isPaused = [...(found?.[1].targets.values() ?? [])].some((target) => target.pausedBy !== null)
    const what = random.below(100) < (isPaused ? 40 : 15) ? 'close' : 'change'
    return found && { ...start, what, group: found[0] }
  },
  save: (random, model) => {
    const isFit = (one: Request) => one.state === 'draft' || one.state === 'returned'
    const found =
      random.below(100) < 80
        ? request(random, model, (one) => isFit(one) && isUnwritten(one))
        : request(random, model, isFit)
    return found && { kind: 'save', by: nobody, request: found[0], text: text(random, model, found[1]) }
  },
  'attach paper': (random, model, step) => {
    const found = request(random, model, (one) => one.onBehalf && inState('draft', 'returned')(one) && !one.paper)
    return found && { kind: 'attach paper', by: nobody, request: found[0], paper: `paper ${step}` }
  },
  submit: onRequest('submit', (one) => inState('draft', 'returned')(one) && !isUnwritten(one)),
  decide: (random, model) => {
    const found = request(random, model, inState('with-firms', 'with-gam'))
    if (!found) return undefined
    const capacities = found[1].asks.flatMap((ask) => (ask.met === null ? [ask.capacity] : []))
    const capacity =
      found[1].state === 'with-gam' || capacities.length === 0 ? ('exchange' as const) : random.pick(capacities)
    const verdict = random.pick([
      'approve',
      'approve',
      'approve',
      'approve',
      'approve',
      'approve',
      'return',
      'reject',
    ] as const)
    const shown = random.below(100) < 92 ? 'present' : random.pick(['other digest', 'other round'] as const)
    return { kind: 'decide', by: nobody, request: found[0], capacity, verdict, shown }
  },
  'take back': onRequest(
    'take back',
    (one) => inState('with-firms', 'with-gam')(one) && one.asks.some((ask) => ask.met),
  ),
  withdraw: onRequest('withdraw', inState('with-firms', 'with-gam', 'returned')),
  undo: onRequest('undo', inState('applying')),
  discard: onRequest('discard', inState('draft')),
  copy: (random, model, step) => {
    const found = request(random, model, inState('rejected', 'withdrawn', 'expired', 'failed'))
    return found && { kind: 'copy', by: nobody, request: found[0], copy: `r${step}` }
  },
  'withdraw consent': (random, model) => {
    const found = group(random, model, (one) => one.agreements.size > 0)
    if (!found) return undefined
    const mode = random.pick(['from-now-on', 'nothing-again'] as const)
    const chosen = several(random, found[1].sources.size > 0 ? [...found[1].sources] : Object.keys(sources), 2)
    return { kind: 'withdraw consent', by: nobody, group: found[0], sources: chosen, mode }
  },
  pause: onTarget('pause', false),
  resume: onTarget('resume', true),
  'fail over': (random, model) => {
    const found = group(random, model, (one) => one.targets.size > 0)
    if (!found) return undefined
    const target = random.below(Math.max(1, found[1].targets.size))
    const to = [...found[1].targets.values()][target]?.active === 'backup' ? ('primary' as const) : ('backup' as const)
    return { kind: 'fail over', by: nobody, group: found[0], target, to }
  },
  'create credential': (random, model, step) => {
    const found = group(random, model, (one) => one.targets.size > 0)
    if (!found) return undefined
    const target = random.below(Math.max(1, found[1].targets.size))
    return { kind: 'create credential', by: nobody, group: found[0], target, credential: `c${step}` }
  },
  'revoke credential': (random, model) => {
    const live = [...model.groups.values()].flatMap((one) =>
      [...one.targets.values()].flatMap((t) => [...t.credentials]),
    )
    return live.length > 0 ? { kind: 'revoke credential', by: nobody, credential: random.pick(live) } : undefined
  },
  'end contact': (random, model) => {
    const found = group(random, model, (one) => one.contacts.size > 0)
    if (!found || found[1].contacts.size === 0) return undefined
    return { kind: 'end contact', by: nobody, group: found[0], contact: random.pick([...found[1].contacts.values()]) }
  },
  'change roles': (random, model) => {
    const person = random.pick([...model.people.keys()])
    return { kind: 'change roles', by: nobody, person, roles: roles(random, model.firmOf(person) ?? exchange) }
  },
  disable: (random, model) => ({ kind: 'disable', by: nobody, person: random.pick([...model.people.keys()]) }),
  invite: (random, _model, step) => {
    const firm = random.pick([...clearingFirms, ...tradingFirms, exchange])
    return { kind: 'invite', by: nobody, firm, person: `new${step}@${firm}.example`, roles: roles(random, firm) }
  },
  'reference data': (random, model) => {
    const [source, firm] = [random.pick(Object.keys(sources)), random.pick(clearingFirms)]
    return { kind: 'reference data', source, firm, guarantees: model.guarantors.get(source)?.has(firm) !== true }
  },
  'publish reference data': () => ({ kind: 'publish reference data' }),
  'time passes': (random) => ({
    kind: 'time passes',
    seconds: random.pick([5, 61, 61, 61, 61, 61, 61, 3_600, 3_600, 31 * 86_400]),
  }),
  'connector reports': (random) => ({
    kind: 'connector reports',
    state: random.pick(['running', 'refused'] as const),
  }),
}

const firmRoles: readonly Role[] = [
  'firm-admin',
  'requester',
  'clearing-signatory',
  'technical-contact',
  'billing-approver',
  'viewer',
]
const exchangeRoles: readonly Role[] = ['gam', 'operations', 'administrator', 'auditor']
const roles = (random: Random, firm: FirmKey) => several(random, firm === exchange ? exchangeRoles : firmRoles, 2)
