import type { Agreed, Ask, Group, Request, Who } from './facts.ts'
import type { Model } from './model.ts'
import { isContact } from './rights.ts'
import { accounts, clearingFirms, type FirmKey, sources as sourcesOfWorld } from './world.ts'

/**
 * Who is asked when this person submits: every guarantor whose agreement is missing, or for whom people are named; and
 * a payer, if another firm. A contact's submission is the agreement of the firm that authorized the contact: for
 * sessions that the owner holds, if nobody is named and that firm has not said "and nothing again". An approval is kept
 * when the sheet is the same, unless the firm narrowed since.
 */
export function asksOf(model: Model, request: Request, by: Who, open: Agreed): Ask[] {
  const speakers = speaksFor(model, by, model.groupOf(request))
  const asks = clearingFirms.flatMap((firm): Ask[] => {
    const ask = guarantorsAsk(model, request, firm, open)
    if (ask.sources.length + ask.contacts.length === 0) return []
    const counts = (source: string) =>
      sourcesOfWorld[source]?.holder === request.owner && open.revoked.get(source) !== firm
    const bySubmission = speakers.includes(firm) && ask.contacts.length === 0 && ask.sources.every(counts)
    return [{ ...ask, met: bySubmission ? 'submission' : carriedOver(request, ask) }]
  })
  return [...asks, ...payersAsk(request)]
}

function guarantorsAsk(model: Model, request: Request, firm: FirmKey, open: Agreed): Ask {
  const { wish, paper } = request
  const { sources: after, level } = model.after(request)
  const sources = level === null ? [] : after.filter((source) => model.missing(open, source, level).includes(firm))
  const named = wish.kind === 'close' ? [] : (wish.contacts ?? [])
  const contacts = named.filter((contact) => contact.firm === firm)
  const rejects = wish.kind === 'change' && (wish.rejects ?? open.rejects)
  const levelBefore = wish.kind === 'change' && wish.level ? open.level : null
  const name = wish.kind === 'new-group' ? wish.name : model.groupOf(request)?.name
  const shown = JSON.stringify([name, levelBefore, level, rejects, [...sources].sort(), contacts, paper])
  return { firm, capacity: 'guarantor', shown, sources, contacts, met: null, narrowedSince: new Set() }
}

function payersAsk(request: Request): Ask[] {
  const { wish, owner, paper } = request
  const firm = wish.kind === 'new-group' ? accounts[wish.account ?? '']?.payer : undefined
  if (wish.kind !== 'new-group' || !firm || firm === owner) return []
  const shown = JSON.stringify([wish.name, wish.account, paper])
  const nothing = { sources: [], contacts: [], met: null, narrowedSince: new Set<string>() }
  const ask: Ask = { firm, capacity: 'bill-to', shown, ...nothing }
  return [{ ...ask, met: carriedOver(request, ask) }]
}

/**
 * Firms whose agreement this person's submission can be: those that authorized the person; when no contact is left, the
 * person's own firm.
 */
function speaksFor(model: Model, who: Who, group: Group | undefined): FirmKey[] {
  if (!group) return []
  const contacts = [...group.contacts.values()]
  if (isContact(group, who)) return contacts.filter((one) => one.who === who).map((one) => one.firm)
  const { firm, roles } = model.person(who)
  const isLast = contacts.length === 0 && roles.has('clearing-signatory')
  return isLast && model.guarantorsOf(group).includes(firm) ? [firm] : []
}

function carriedOver(request: Request, ask: Ask): 'carried-over' | null {
  const before = request.asks.find((one) => one.firm === ask.firm && one.capacity === ask.capacity)
  const stands = before?.met === 'decision' || before?.met === 'carried-over'
  return before && stands && before.shown === ask.shown && before.narrowedSince.size === 0 ? 'carried-over' : null
}
