import type { Agreed, Ask, Contact, Group, Level, Person, Request, Target, Who } from './facts.ts'
import { asksOf } from './round.ts'
import { clearingFirms, type FirmKey, people, sources as sourcesOfWorld } from './world.ts'

/**
 * Who agreed to what: the rules of consent, requests and immediate acts as the portal promises them, small enough to be
 * compared with those rules by reading. The model is told what was done, and never looks into the database.
 */
export class Model {
  nowMs: number
  people = new Map<Who, Person>()
  /** For each source, the firms that guarantee it today. */
  guarantors = new Map<string, Set<FirmKey>>()
  /** Sources whose guarantors changed since the last check: until that check, their messages may still flow. */
  unchecked = new Set<string>()
  groups = new Map<string, Group>()
  requests = new Map<string, Request>()

  constructor(nowMs: number) {
    this.nowMs = nowMs
    for (const [source, { guarantors }] of Object.entries(sourcesOfWorld))
      this.guarantors.set(source, new Set(guarantors))
    for (const [who, { firm, roles }] of Object.entries(people))
      this.people.set(who, { firm, roles: new Set(roles), isActive: true })
  }

  /** Firms that guarantee a present source of the group. */
  guarantorsOf(group: Group): FirmKey[] {
    return clearingFirms.filter((firm) => [...group.sources].some((source) => this.guarantors.get(source)?.has(firm)))
  }

  /** Guarantors of today that have not agreed to this source in this group at its level. */
  missing(group: Agreed, source: string, level: Level | null = group.level): FirmKey[] {
    return [...(this.guarantors.get(source) ?? [])].filter((firm) => {
      const agreed = group.agreements.get(`${source}/${firm}`)
      return !agreed || level === null || !covers(agreed.upTo, level)
    })
  }

  /** What the group would have if the request were published now. */
  after(request: Request): { sources: string[]; level: Level | null } {
    const { wish } = request
    const group = this.groupOf(request)
    if (wish.kind === 'close') return { sources: [], level: null }
    if (wish.kind === 'new-group') return { sources: wish.sources, level: wish.level }
    const gone = new Set(wish.remove.map((row) => row.source))
    const kept = [...(group?.sources ?? [])].filter((source) => !gone.has(source))
    return { sources: [...new Set([...kept, ...wish.add])], level: wish.level ?? group?.level ?? null }
  }

  /** Freezes a round, with the parties it asks; when all of them have agreed already, only the exchange is left. */
  submit(label: string, by: Who): void {
    const request = this.request(label)
    const asks = asksOf(this, request, by, this.groupOf(request) ?? nothingAgreed())
    const expiresAtMs = this.nowMs + 30 * 86_400_000
    const state = asks.every((ask) => ask.met) ? 'with-gam' : 'with-firms'
    Object.assign(request, { asks, state, expiresAtMs, round: request.round + 1, submittedBy: by })
  }

  /** The last firm's approval hands the request to the exchange. */
  approve(label: string, firm: FirmKey, capacity: Ask['capacity']): void {
    const request = this.request(label)
    const ask = request.asks.find((one) => one.firm === firm && one.capacity === capacity)
    if (ask) Object.assign(ask, { met: 'decision', narrowedSince: new Set() })
    if (request.asks.every((one) => one.met)) request.state = 'with-gam'
  }

  takeBack(label: string, firm: FirmKey): void {
    const request = this.request(label)
    for (const ask of request.asks) if (ask.firm === firm && ask.capacity === 'guarantor') ask.met = null
    request.state = 'with-firms'
  }

  /**
   * What everybody agreed to comes into force, but only for sources that are in the group then, and only as far as
   * nobody narrowed meanwhile.
   */
  publish(label: string): void {
    const request = this.request(label)
    const group = this.groupOf(request)
    if (!group) throw new Error(`${label} has no group`)
    const before = agreedOf(group)
    const { wish } = request
    const { sources, level } = this.after(request)
    for (const source of before.sources) if (!sources.includes(source)) leave(group, source)
    for (const source of sources) group.revoked.delete(source)
    group.sources = new Set(sources)
    group.level = level
    if (wish.kind === 'change') {
      group.rejects = wish.rejects ?? group.rejects
      for (const row of wish.remove) if (row.revoked) group.revoked.set(row.source, null)
    }
    if (wish.kind === 'close') group.contacts.clear()
    for (const ask of request.asks) this.comeIntoForce(group, ask, level)
    const published = { atMs: this.nowMs, before, after: agreedOf(group), isRefused: false, hasParts: true }
    Object.assign(request, { published, state: 'applying', expiresAtMs: null })
  }

  /**
   * An undo takes back what its publication widened, item by item: the earlier state returns, except where somebody
   * narrowed, paused, revoked or ended since.
   */
  undo(label: string): void {
    const request = this.request(label)
    const group = this.groupOf(request)
    const { before, after } = request.published ?? {}
    if (!group || !before || !after) throw new Error(`${label} was not published`)
    const narrowed =
      <K>(was: { has(key: K): boolean }, is: { has(key: K): boolean }) =>
      (key: K) =>
        was.has(key) && !is.has(key)
    const left = narrowed(after.sources, group.sources)
    const ended = narrowed(after.contacts, group.contacts)
    const sources = [...before.sources].filter((source) => !left(source))
    const agreements = [...before.agreements].filter(([key]) => sources.includes(key.slice(0, 6)))
    const revoked = [...before.revoked, ...group.revoked].filter(([source]) => !sources.includes(source))
    const contacts = [...before.contacts].filter(([key]) => !ended(key))
    group.sources = new Set(sources)
    group.agreements = new Map(agreements)
    group.revoked = new Map(revoked)
    for (const [key, { firm }] of after.contacts)
      if (group.contacts.has(key) && !before.contacts.has(key)) this.narrow(request.group ?? '', firm, key)
    group.contacts = new Map(contacts)
    group.level = before.level
    group.rejects = before.rejects
    request.state = 'failed'
    if (request.wish.kind === 'new-group') group.state = 'abandoned'
  }

  /**
   * One signatory takes the sources out of the group at once. The firm's agreement in an open request no longer covers
   * them.
   */
  withdrawConsent(label: string, firm: FirmKey, sources: readonly string[], isForGood: boolean): void {
    const group = this.group(label)
    for (const source of sources) {
      if (!group.agreements.has(`${source}/${firm}`)) continue
      leave(group, source)
      if (isForGood) group.revoked.set(source, firm)
      this.narrow(label, firm, source)
    }
  }

  endContact(label: string, { who, firm }: Contact): void {
    this.group(label).contacts.delete(`${who}/${firm}`)
    this.narrow(label, firm, `${who}/${firm}`)
  }

  guarantees(source: string, firm: FirmKey, isSo: boolean): void {
    const guarantors = this.guarantors.get(source)
    if (isSo) guarantors?.add(firm)
    else guarantors?.delete(firm)
    this.unchecked.add(source)
  }

  /**
   * The check of every minute and of every publication: a source leaves when a guarantor of today has not agreed to it,
   * or when it has no guarantor.
   */
  check(): void {
    for (const group of this.groups.values())
      for (const source of [...group.sources]) if (!this.isCovered(group, source)) leave(group, source)
    this.unchecked.clear()
  }

  isCovered(group: Agreed, source: string): boolean {
    return (this.guarantors.get(source)?.size ?? 0) > 0 && this.missing(group, source).length === 0
  }

  group(label: string): Group {
    const group = this.groups.get(label)
    if (!group) throw new Error(`no group ${label}`)
    return group
  }
  request(label: string): Request {
    const request = this.requests.get(label)
    if (!request) throw new Error(`no request ${label}`)
    return request
  }
  person(who: Who): Person {
    const person = this.people.get(who)
    if (!person) throw new Error(`nobody is ${who}`)
    return person
  }
  groupOf({ group }: Request): Group | undefined {
    return group === null ? undefined : this.groups.get(group)
  }
  firmOf(who: Who): FirmKey | undefined {
    return this.people.get(who)?.firm
  }
  targetOf(act: { group: string; target: number }): Target | undefined {
    return [...(this.groups.get(act.group)?.targets.values() ?? [])][act.target]
  }
  isLiveCredential(credential: string): boolean {
    return this.ownerOfCredential(credential) !== undefined
  }
  ownerOfCredential(credential: string): FirmKey | undefined {
    for (const { owner, targets } of this.groups.values())
      for (const target of targets.values()) if (target.credentials.has(credential)) return owner
    return undefined
  }

  private narrow(group: string, firm: FirmKey, what: string): void {
    const asks = [...this.requests.values()].flatMap((request) => (request.group === group ? request.asks : []))
    for (const ask of asks) {
      const asked = [...ask.sources, ...ask.contacts.map((contact) => `${contact.who}/${contact.firm}`)]
      if (ask.firm === firm && asked.includes(what)) ask.narrowedSince.add(what)
    }
  }

  private comeIntoForce(group: Group, ask: Ask, level: Level | null): void {
    const basis = ask.met === 'submission' ? 'submission' : 'decision'
    for (const source of ask.sources) {
      const isMissing = this.missing(group, source).includes(ask.firm)
      if (level === null || !group.sources.has(source) || ask.narrowedSince.has(source) || !isMissing) continue
      group.agreements.set(`${source}/${ask.firm}`, { upTo: level, basis })
    }
    for (const contact of ask.contacts) {
      const key = `${contact.who}/${contact.firm}`
      if (!ask.narrowedSince.has(key)) group.contacts.set(key, contact)
    }
  }
}

/** Terms up to `all` let everything flow; the two others let only their own level flow. */
export const covers = (upTo: Level, level: Level): boolean => upTo === 'all' || upTo === level

export const nothingAgreed = (): Agreed => ({
  level: null,
  rejects: false,
  sources: new Set(),
  agreements: new Map(),
  contacts: new Map(),
  revoked: new Map(),
})

const agreedOf = ({ level, rejects, sources, agreements, contacts, revoked }: Agreed): Agreed =>
  structuredClone({ level, rejects, sources, agreements, contacts, revoked })

/** A source that leaves ends every firm's agreement for it in this group. */
function leave(group: Agreed, source: string): void {
  group.sources.delete(source)
  for (const key of [...group.agreements.keys()]) if (key.startsWith(`${source}/`)) group.agreements.delete(key)
}
