import { emptyWish, type PersonsAct, type Text } from './acts.ts'
import type { Request, Target, Wish } from './facts.ts'
import { type Model, nothingAgreed } from './model.ts'
import { exchange, type FirmKey } from './world.ts'

/**
 * Tell the model of an act that was carried out. `state`: the state that the portal now gives the request. Where the
 * rules leave a choice (an approval of the exchange publishes, or the request comes back because something moved), the
 * model follows the portal and judges the result.
 */
export function takeEffect(model: Model, act: PersonsAct, state: string | undefined): void {
  const firm = model.person(act.by).firm
  if (act.kind === 'start') begin(model, act, firm)
  else if ('request' in act) onRequest(model, act, firm, state)
  else immediately(model, act, firm)
}

type Start = PersonsAct & { kind: 'start' }
type OnRequest = Exclude<Extract<PersonsAct, { request: string }>, Start>
type Immediate = Exclude<PersonsAct, { request: string }>

function immediately(model: Model, act: Immediate, firm: FirmKey): void {
  switch (act.kind) {
    case 'withdraw consent':
      model.withdrawConsent(act.group, firm, act.sources, act.mode === 'nothing-again')
      break
    case 'pause':
    case 'resume':
      targetOf(model, act).pausedBy = act.kind === 'pause' ? act.by : null
      break
    case 'fail over':
      targetOf(model, act).active = act.to
      break
    case 'create credential':
      targetOf(model, act).credentials.add(act.credential)
      break
    case 'revoke credential':
      for (const group of model.groups.values())
        for (const target of group.targets.values()) target.credentials.delete(act.credential)
      break
    case 'end contact':
      model.endContact(act.group, act.contact)
      break
    case 'change roles':
      model.person(act.person).roles = new Set(act.roles)
      break
    case 'disable':
      model.person(act.person).isActive = false
      break
    case 'invite':
      model.people.set(act.person, { firm: act.firm, roles: new Set(act.roles), isActive: true })
  }
}

function targetOf(model: Model, act: { group: string; target: number }): Target {
  const target = model.targetOf(act)
  if (!target) throw new Error(`${act.group} has no target ${act.target}`)
  return target
}

function onRequest(model: Model, act: OnRequest, firm: FirmKey, state: string | undefined): void {
  const request = model.request(act.request)
  switch (act.kind) {
    case 'save':
      request.wish = written(request.wish, act.text)
      break
    case 'attach paper':
      request.paper = act.paper
      break
    case 'submit':
      if (request.wish.kind === 'new-group') askForGroup(model, act.request, request)
      model.submit(act.request, act.by)
      break
    case 'decide':
      decided(model, act, firm, state)
      break
    case 'take back':
      model.takeBack(act.request, firm)
      break
    case 'withdraw':
      end(model, request, 'withdrawn')
      break
    case 'undo':
      model.undo(act.request)
      break
    case 'discard':
      model.requests.delete(act.request)
      break
    case 'copy': {
      const group = request.wish.kind === 'new-group' ? null : request.group
      const wish = structuredClone(request.wish)
      model.requests.set(act.copy, newRequest(wish, { owner: request.owner, group, by: act.by, firm }))
    }
  }
}

function decided(model: Model, act: PersonsAct & { kind: 'decide' }, firm: FirmKey, state: string | undefined): void {
  const request = model.request(act.request)
  if (act.verdict !== 'approve') end(model, request, act.verdict === 'return' ? 'returned' : 'rejected')
  else if (act.capacity !== 'exchange') model.approve(act.request, firm, act.capacity)
  else if (state === 'applying') model.publish(act.request)
  else if (state === 'returned' || state === 'with-firms') request.state = state
}

function begin(model: Model, act: Start, firm: FirmKey): void {
  const owner = act.group ? model.group(act.group).owner : firm === exchange ? (act.owner ?? firm) : firm
  const from = { owner, group: act.group ?? null, by: act.by, firm }
  model.requests.set(act.request, newRequest(emptyWish(act.what), from))
}

const newRequest = (
  wish: Wish,
  from: { owner: FirmKey; group: string | null; by: string; firm: FirmKey },
): Request => ({
  owner: from.owner,
  group: from.group,
  wish,
  state: 'draft',
  draftedBy: from.by,
  onBehalf: from.firm === exchange,
  paper: null,
  round: 0,
  submittedBy: null,
  asks: [],
  expiresAtMs: null,
  published: null,
})

function written(wish: Wish, text: Text): Wish {
  if (text.step === 'change') return text.wish
  if (wish.kind !== 'new-group' || text.step === 'close') return wish
  const { step: _step, ...fields } = text
  return { ...wish, ...fields }
}

function askForGroup(model: Model, label: string, request: Request): void {
  if (request.wish.kind !== 'new-group') return
  const { owner, wish } = request
  const { name } = wish
  request.group ??= `g:${label}`
  const group = model.groups.get(request.group)
  if (group) group.name = name
  else model.groups.set(request.group, { ...nothingAgreed(), owner, name, state: 'requested', targets: new Map() })
}

function end(model: Model, request: Request, state: Request['state']): void {
  request.state = state
  const group = model.groupOf(request)
  if (request.wish.kind === 'new-group' && group && state !== 'returned') group.state = 'abandoned'
}

/** The connector runs everything that was published; without its report, only what changes nothing that it runs. */
export function confirm(model: Model, byWord: boolean): void {
  for (const request of model.requests.values()) {
    const group = model.groupOf(request)
    if (request.state !== 'applying' || !group || (!byWord && request.published?.hasParts)) continue
    request.state = 'applied'
    if (request.wish.kind === 'new-group') group.state = 'live'
    if (request.wish.kind === 'close') group.state = 'closed'
  }
}

/** Requests without an answer for thirty days. */
export function expire(model: Model): void {
  const waiting: readonly string[] = ['with-firms', 'with-gam', 'returned']
  for (const request of model.requests.values())
    if (waiting.includes(request.state) && request.expiresAtMs !== null && request.expiresAtMs <= model.nowMs)
      end(model, request, 'expired')
}
