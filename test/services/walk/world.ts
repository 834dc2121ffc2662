import { insertAccount, insertFeePlan } from '#db/queries/billing/billing.ts'
import { insertFeed } from '#db/queries/feed/feeds.ts'
import { insertSource } from '#db/queries/feed/sources.ts'
import { insertDomain } from '#db/queries/people/firm-domains.ts'
import { insertAgreement, insertFirm, insertFirmGam } from '#db/queries/people/firms.ts'
import { grantRoles, insertUser } from '#db/queries/people/people.ts'
import type { Role } from '#domain/people/roles.ts'
import { publishSettings } from '#services/reference/publish-settings.ts'
import type { FreshDb } from '#test/support/fresh-db-on.ts'

/*
 * The world of every walk: an exchange, three clearing firms, three firms that trade, their people and their sessions.
 * Ids are made from positions in these lists, so that a walk's trace is the same on every machine.
 */

export const environment = 'sandbox' as const

type Code = { kind: 'execution' | 'clearing'; code: string; class: 'A' | 'other' | null }
const clearing = (code: string): Code[] => [{ kind: 'clearing', code, class: 'other' }]
const execution = (code: string): Code[] => [{ kind: 'execution', code, class: null }]

export const firms = {
  harbor: { name: 'Harbor Exchange', codes: [] as Code[] },
  xenon: { name: 'Xenon Clearing', codes: clearing('560') },
  birch: { name: 'Birch Clearing', codes: clearing('571') },
  maple: { name: 'Maple Clearing', codes: clearing('582') },
  alder: { name: 'Alder Trading', codes: execution('882') },
  cedar: { name: 'Cedar Markets', codes: execution('914') },
  dogwood: { name: 'Dogwood Capital', codes: execution('733') },
}
export type FirmKey = keyof typeof firms
export const exchange: FirmKey = 'harbor'
export const clearingFirms: readonly FirmKey[] = ['xenon', 'birch', 'maple']
export const tradingFirms: readonly FirmKey[] = ['alder', 'cedar', 'dogwood']
/** How a document names a clearing firm. */
export const clearingCode = (firm: FirmKey): string => firms[firm].codes[0]?.code ?? ''

type Entry = { firm: FirmKey; name: string; roles: readonly Role[] }
const person = (firm: FirmKey, name: string, ...roles: Role[]): Entry => ({ firm, name, roles })

export const people: Record<string, Entry> = {
  harper: person('harbor', 'Harper Harbor', 'gam'),
  hollis: person('harbor', 'Hollis Harbor', 'gam', 'operations'),
  hadley: person('harbor', 'Hadley Harbor', 'operations'),
  hart: person('harbor', 'Hart Harbor', 'administrator'),
  hunter: person('harbor', 'Hunter Harbor', 'auditor'),
  xan: person('xenon', 'Xan Xenon', 'clearing-signatory'),
  xia: person('xenon', 'Xia Xenon', 'clearing-signatory', 'firm-admin'),
  xavi: person('xenon', 'Xavi Xenon', 'viewer'),
  bailey: person('birch', 'Bailey Birch', 'clearing-signatory'),
  blake: person('birch', 'Blake Birch', 'clearing-signatory'),
  brook: person('birch', 'Brook Birch', 'firm-admin'),
  morgan: person('maple', 'Morgan Maple', 'clearing-signatory'),
  milan: person('maple', 'Milan Maple', 'clearing-signatory', 'technical-contact'),
  avery: person('alder', 'Avery Alder', 'requester', 'billing-approver'),
  ada: person('alder', 'Ada Alder', 'requester'),
  alex: person('alder', 'Alex Alder', 'technical-contact', 'firm-admin'),
  aspen: person('alder', 'Aspen Alder', 'technical-contact'),
  casey: person('cedar', 'Casey Cedar', 'requester', 'technical-contact'),
  cam: person('cedar', 'Cam Cedar', 'billing-approver', 'requester'),
  corey: person('cedar', 'Corey Cedar', 'firm-admin', 'viewer'),
  drew: person('dogwood', 'Drew Dogwood', 'requester', 'technical-contact', 'clearing-signatory', 'firm-admin'),
}

/**
 * The firm that trades under a session's Firm ID, or operates it, holds the session; the guarantor lets its copies go.
 */
export const sources: Record<string, { holder: FirmKey; operatedBy: FirmKey | null; guarantors: readonly FirmKey[] }> =
  {
    K7T882: { holder: 'alder', operatedBy: null, guarantors: ['xenon'] },
    M3P882: { holder: 'alder', operatedBy: null, guarantors: ['birch'] },
    Q1A882: { holder: 'alder', operatedBy: null, guarantors: ['xenon'] },
    V8N882: { holder: 'alder', operatedBy: null, guarantors: ['xenon', 'birch'] },
    K7T914: { holder: 'cedar', operatedBy: null, guarantors: ['xenon'] },
    S2D914: { holder: 'cedar', operatedBy: null, guarantors: ['birch'] },
    T9F914: { holder: 'cedar', operatedBy: null, guarantors: ['xenon', 'birch'] },
    W4G733: { holder: 'alder', operatedBy: 'alder', guarantors: ['xenon'] },
    Z5H733: { holder: 'dogwood', operatedBy: null, guarantors: ['birch'] },
  }

/** Who can be billed for a group of the owner: the owner, or another firm, which then is a party. */
export const accounts: Record<string, { owner: FirmKey; payer: FirmKey }> = {
  'alder-own': { owner: 'alder', payer: 'alder' },
  'alder-by-cedar': { owner: 'alder', payer: 'cedar' },
  'cedar-own': { owner: 'cedar', payer: 'cedar' },
  'dogwood-own': { owner: 'dogwood', payer: 'dogwood' },
}

const idOf = (kind: number, position: number) =>
  `00000000-0000-4000-8000-${String(kind * 1_000_000 + position + 1).padStart(12, '0')}`
const idsOf = (kind: number, keys: readonly string[]) => new Map(keys.map((key, i) => [key, idOf(kind, i)]))
const ids = {
  firm: idsOf(1, Object.keys(firms)),
  person: idsOf(2, Object.keys(people)),
  source: idsOf(3, Object.keys(sources)),
  account: idsOf(4, Object.keys(accounts)),
}
export function worldId(kind: keyof typeof ids, key: string): string {
  const id = ids[kind].get(key)
  if (id === undefined) throw new Error(`no ${kind} is called ${key}`)
  return id
}
/** The key of an id of the world; the id itself when a walk has made it. */
export function worldKey(kind: keyof typeof ids, id: string): string {
  for (const [key, own] of ids[kind]) if (own === id) return key
  return id
}
/** The nth id that a walk makes. */
export const madeId = (position: number): string => idOf(9, position)

export const emailOf = (who: string): string => `${who}@${people[who]?.firm ?? 'elsewhere'}.example`

/** Enter the firms, people, sessions and accounts, as an exchange does before any request. */
export async function enterWorld(db: FreshDb): Promise<void> {
  const now = db.clock.now
  let made = 0
  const newId = () => madeId(--made)
  const listen = [
    { role: 'primary' as const, host: '127.0.0.1', port: 9901 },
    { role: 'backup' as const, host: '127.0.0.1', port: 9902 },
  ]
  await db.database.asJobs(async (tx) => {
    for (const [key, { name, codes }] of Object.entries(firms)) {
      const id = worldId('firm', key)
      await insertFirm(tx, { id, name, isExchange: key === exchange }, codes, now)
      await insertDomain(tx, { id: newId(), firmId: id, domain: `${key}.example` }, now)
      await insertAgreement(tx, id, `SAMPLE-${key}`, now)
    }
    for (const [key, { firm, name, roles }] of Object.entries(people)) {
      const user = { id: worldId('person', key), firmId: worldId('firm', firm) }
      await insertUser(tx, { ...user, name, email: emailOf(key) })
      await grantRoles(tx, user, roles, null, now)
    }
    const gams = { gamId: worldId('person', 'harper'), deputyId: worldId('person', 'hollis') }
    for (const key of Object.keys(firms)) await insertFirmGam(tx, { firmId: worldId('firm', key), ...gams }, now)
    const settings = {
      exchange: { compId: 'CME', subId: 'G' },
      listen,
      queueDepth: 'all' as const,
      queueGraceS: 60,
    }
    const published = await publishSettings(tx, environment, settings, undefined, { newId, now: () => now })
    if (!published.ok) throw new Error(`the settings: ${JSON.stringify(published.error)}`)
    const feed = { mode: 'accept', host: '127.0.0.1', port: 9801, dialect: 'encapsulated', ourCompId: 'DROPCOPY' }
    const feedSettings = { ...feed, theirCompId: 'GW1', heartbeatS: 30 }
    await insertFeed(tx, { id: 'gw1', environment, gatewayKind: 'cgw', settings: feedSettings })
    for (const [name, { operatedBy, guarantors }] of Object.entries(sources)) {
      const row = { id: worldId('source', name), environment, feedId: 'gw1', gatewayKind: 'cgw' } as const
      const named = { sessionCode: name.slice(0, 3), executionCode: name.slice(3) }
      const operator = operatedBy && worldId('firm', operatedBy)
      const firmIds = guarantors.map((firm) => worldId('firm', firm))
      await insertSource(tx, { ...row, ...named, operatedBy: operator }, firmIds, now)
    }
    for (const [key, { owner, payer }] of Object.entries(accounts)) {
      const account = { id: worldId('account', key), ownerId: worldId('firm', owner), firmId: worldId('firm', payer) }
      await insertAccount(tx, { ...account, number: `S-${key.toUpperCase()}`, name: key })
    }
    const plan = { name: 'Sample plan', currency: 'USD', monthlyMinor: 125_000, firstWaived: true, isSample: true }
    const during = { from: new Date('2025-01-01T00:00:00Z'), until: null }
    await insertFeePlan(tx, { id: newId(), sourceDocument: 'Sample', during, ...plan })
  })
}
