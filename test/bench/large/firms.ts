import type { Role } from '#domain/people/roles.ts'
import type { GatewayKind } from '#domain/reference/environment.ts'
import type { FirmRef, SourceFacts } from '#domain/request/round.ts'
import type { Draw } from './draw.ts'
import type { LargeShape } from './shape.ts'

export type Person = { id: string; name: string; email: string; firm: Firm; roles: Role[] }
export type Feed = { id: string; gatewayKind: GatewayKind }

export type Firm = {
  id: string
  name: string
  domain: string
  kind: 'exchange' | 'clearing' | 'owner'
  codes: { kind: 'execution' | 'clearing'; code: string; class: 'A' | 'other' | null }[]
  /** How many groups it owns. */
  groups: number
  /** The firms that guarantee its sessions. */
  clearers: Firm[]
  people: Person[]
  sources: Source[]
  account: { id: string; number: string; name: string }
}

export type Source = {
  id: string
  name: string
  sessionCode: string
  executionCode: string
  gatewayKind: GatewayKind
  segment: string | null
  feed: Feed
  holder: Firm
  guarantors: Firm[]
}

export type Reference = { exchange: Firm; firms: Firm[]; feeds: Feed[]; sources: Source[] }

export const firmRef = ({ id, name, codes }: Firm): FirmRef => ({
  id,
  name,
  code: (codes.find(({ kind }) => kind === 'clearing') ?? codes[0])?.code ?? '',
})

export const sourceFacts = ({ name, gatewayKind, guarantors, holder }: Source): SourceFacts => ({
  name,
  gatewayKind,
  guarantors: guarantors.map(firmRef),
  heldBy: [{ id: holder.id, name: holder.name }],
})

/** A person of the firm who holds the role, the nth of them. @throws where nobody does */
export function personWith(firm: Firm, role: Role, nth = 0): Person {
  const able = firm.people.filter(({ roles }) => roles.includes(role))
  const person = able[nth % able.length]
  if (!person) throw new Error(`${firm.name} has no ${role}`)
  return person
}

/** What an exchange has before anybody asks for a group. */
export function makeReference(shape: LargeShape, draw: Draw): Reference {
  const firms = Array.from({ length: shape.firms }, (_, i) => makeFirm(shape, draw, i))
  const [exchange, ...others] = firms
  if (!exchange) throw new Error('unreachable: there is at least one firm')
  const clearing = others.filter(({ kind }) => kind === 'clearing')
  for (const [i, firm] of others.entries()) {
    const outside = [0, 5, 9].map((step) => clearing[(i + step) % clearing.length] ?? firm)
    firm.clearers = [...new Set(firm.kind === 'clearing' ? [firm, ...outside.slice(1, 2)] : outside)]
  }
  shareGroups(shape, others)
  addPeople(shape, draw, firms)
  const feeds = Array.from({ length: shape.feeds }, (_, i): Feed => {
    const isOfSegment = i >= Math.floor(shape.feeds * 0.8)
    return { id: `gw${String(i + 1).padStart(2, '0')}`, gatewayKind: isOfSegment ? 'msgw' : 'cgw' }
  })
  return { exchange, firms, feeds, sources: makeSources(shape, draw, others, feeds) }
}

const numbered = (i: number, digits = 2) => String(i).padStart(digits, '0')

function makeFirm({ clearingFirms }: LargeShape, draw: Draw, i: number): Firm {
  const kind = i === 0 ? 'exchange' : i <= clearingFirms ? 'clearing' : 'owner'
  const names = { exchange: 'Sample Exchange', clearing: `Clearing Firm ${numbered(i)}`, owner: `Firm ${numbered(i)}` }
  const clearingCode = {
    kind: 'clearing' as const,
    code: `C${numbered(i)}`,
    class: i % 3 === 0 ? ('A' as const) : ('other' as const),
  }
  const execution = [0, 1].map((n) => ({ kind: 'execution' as const, code: `${numbered(i)}${'XY'[n]}`, class: null }))
  return {
    id: draw.id(),
    name: names[kind],
    domain: kind === 'exchange' ? 'exchange.example' : `firm-${numbered(i)}.example`,
    kind,
    codes: kind === 'exchange' ? [] : [...(kind === 'clearing' ? [clearingCode] : []), ...execution],
    groups: 0,
    clearers: [],
    people: [],
    sources: [],
    account: { id: draw.id(), number: `S-${numbered(i)}-1`, name: `${names[kind]}, monthly account` },
  }
}

/** One owner has a large share, every firm at least one group, the last three exactly one. */
function shareGroups({ groups, largestShare, clearingFirms }: LargeShape, firms: readonly Firm[]): void {
  const largest = firms[clearingFirms]
  if (!largest) throw new Error('unreachable: there is an owner')
  for (const firm of firms) firm.groups = 1
  largest.groups = Math.round(groups * largestShare)
  const growing = firms.slice(0, -3).filter((firm) => firm !== largest)
  let left = groups - firms.reduce((sum, firm) => sum + firm.groups, 0)
  for (let i = 0; left > 0; i++, left--) {
    const firm = growing[(i * 7) % growing.length]
    if (firm) firm.groups++
  }
}

const ofExchange: Role[][] = [
  ['operations'],
  ['gam'],
  ['gam'],
  ['gam', 'operations'],
  ['administrator'],
  ['administrator'],
  ['auditor'],
  ['billing'],
  ['certification'],
  ['operations'],
]
const ofFirm: Role[][] = [
  ['requester'],
  ['technical-contact'],
  ['firm-admin'],
  ['billing-approver'],
  ['viewer'],
  ['requester'],
]

function addPeople({ people }: LargeShape, draw: Draw, firms: readonly Firm[]): void {
  let count = 0
  const add = (firm: Firm, roles: Role[]) => {
    count++
    const name = `Person ${numbered(count, 3)}`
    firm.people.push({
      id: draw.id(),
      name,
      email: `person-${numbered(count, 3)}@${firm.domain}`,
      firm,
      roles: [...roles],
    })
  }
  for (const firm of firms) {
    for (const roles of firm.kind === 'exchange' ? ofExchange : ofFirm) add(firm, roles)
    if (firm.kind === 'clearing') for (let i = 0; i < 2; i++) add(firm, ['clearing-signatory'])
  }
  const others = firms.slice(1)
  for (let i = 0; count < people; i++) add(others[i % others.length] ?? firms[0]!, ['viewer']) // there is a first
}

/** Each owner has sessions in proportion to its groups; a tenth of them are of market segments. */
function makeSources(shape: LargeShape, draw: Draw, firms: readonly Firm[], feeds: readonly Feed[]): Source[] {
  const least = Math.ceil(shape.sourcesPerGroup * 1.2)
  const free = shape.sources - least * firms.length
  const sources: Source[] = []
  const feedsOf = (kind: GatewayKind) => feeds.filter(({ gatewayKind }) => gatewayKind === kind)
  for (const [i, holder] of firms.entries()) {
    const isLast = i === firms.length - 1
    const wanted = isLast ? shape.sources - sources.length : least + Math.floor((free * holder.groups) / shape.groups)
    for (let n = 0; n < wanted; n++) {
      const gatewayKind = n % 10 === 9 ? 'msgw' : 'cgw'
      const sessionCode = (36 * 36 + sources.length * 7).toString(36).toUpperCase()
      const executionCode = holder.codes.filter(({ kind }) => kind === 'execution')[n % 2]?.code ?? ''
      const [first, second] = [
        holder.clearers[n % holder.clearers.length],
        holder.clearers[(n + 1) % holder.clearers.length],
      ]
      const guarantors = [...new Set([first, n % 5 === 0 ? second : first])].flatMap((firm) => firm ?? [])
      const source: Source = {
        id: draw.id(),
        name: sessionCode + executionCode,
        sessionCode,
        executionCode,
        gatewayKind,
        segment: gatewayKind === 'msgw' ? '64' : null,
        feed: draw.pick(feedsOf(gatewayKind)),
        holder,
        guarantors,
      }
      holder.sources.push(source)
      sources.push(source)
    }
  }
  return sources
}
