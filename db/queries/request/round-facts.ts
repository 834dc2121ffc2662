import { billOf, estimate, type FeeEstimate, type GroupBill } from '#domain/billing/fees.ts'
import type { Environment, GatewayKind } from '#domain/reference/environment.ts'
import { environmentSettings, zoneOf } from '#domain/reference/settings.ts'
import { clientAddressesOf } from '#domain/request/addresses.ts'
import type { DraftDocument, RequestDocument } from '#domain/request/document.ts'
import type { Present } from '#domain/request/items.ts'
import type { FirmRef, SourceFacts } from '#domain/request/round.ts'
import type { SheetFacts } from '#domain/request/sheet.ts'
import { sourceChanges } from '#domain/request/sheet.ts'
import type { Tx } from '../../client.ts'
import { type AccountRecord, findAccount, listBilledGroups, listFeePlans } from '../billing/billing.ts'
import { listHoldersOf, listSourcesNamed, type SourceRecord } from '../feed/sources.ts'
import { type ConsentRecord, listConsents } from '../group/consents.ts'
import {
  findGroup,
  findTerms,
  type GroupRecord,
  isNameTaken,
  listMembers,
  type MemberRecord,
  type TermsRecord,
} from '../group/groups.ts'
import { findExchange, listFirmRefs } from '../people/firms.ts'
import { findLimits } from '../publication/capacity.ts'
import { findSettings } from '../publication/publications.ts'
import { listTargetsOf } from '../target/targets.ts'
import { listRequestNumbers, type RequestRecord } from './requests.ts'

/** Everything that a request is judged by, read at one instant with the reader's own sight. */
export type RoundFacts = SheetFacts & {
  owner: FirmRef
  exchange: FirmRef
  /** another entity that pays; undefined where the owner does */
  payer: FirmRef | undefined
  account: AccountRecord | undefined
  groupRow: GroupRecord | undefined
  termsRow: TermsRecord | undefined
  memberRows: MemberRecord[]
  sourceRows: Map<string, SourceRecord>
  targetRows: Awaited<ReturnType<typeof listTargetsOf>>
  consents: ConsentRecord[]
  present: Present
  limits: { most: Awaited<ReturnType<typeof findLimits>>['most']; perTarget: Record<GatewayKind, number> }
}

type Subject = Pick<RequestRecord, 'environment' | 'ownerId' | 'groupId'>

export async function findRoundFacts(
  tx: Tx,
  request: Subject,
  document: RequestDocument | DraftDocument,
  now: Date,
): Promise<RoundFacts> {
  const { environment, ownerId, groupId } = request
  const groupRow = groupId ? await findGroup(tx, groupId) : undefined
  const termsRow = groupId ? await findTerms(tx, groupId, now) : undefined
  const memberRows = groupId ? await listMembers(tx, groupId, now) : []
  const targetRows = groupId ? await listTargetsOf(tx, groupId, now) : []
  const { added, removed } = sourceChanges(
    document,
    memberRows.map((row) => row.name),
  )
  const names = [...new Set([...added, ...removed, ...memberRows.map((row) => row.name)])]
  const rows = await listSourcesNamed(tx, environment, names, now)
  const sourceRows = new Map(rows.map((row) => [row.name, row]))
  const heldBy = await listHoldersOf(tx, rows, now)
  const firmIds = [ownerId, ...rows.flatMap((row) => row.guarantors.map((firm) => firm.id))]
  const accountId = document.kind === 'new-group' ? document.billingAccountId : termsRow?.billingAccountId
  const account = accountId ? await findAccount(tx, accountId) : undefined
  const refs = await listFirmRefs(tx, [...firmIds, ...(account ? [account.firmId] : [])], now)
  const ref = (id: string): FirmRef => refs.get(id) ?? { id, name: '', code: '' }
  const limits = await findLimits(tx, environment, now)
  const terms = termsRow && { level: termsRow.level, rejects: termsRow.filters.rejects, protocol: termsRow.protocol }
  return {
    environment,
    owner: ref(ownerId),
    exchange: await findExchange(tx),
    payer: account && account.firmId !== ownerId ? ref(account.firmId) : undefined,
    account,
    billTo: account ? `${account.number}, ${account.firmName}` : '',
    group: groupRow && { name: groupRow.name },
    groupRow,
    terms,
    termsRow,
    members: memberRows.map((row) => row.name),
    memberRows,
    sources: new Map(rows.map((row) => [row.name, sourceFacts(row, heldBy.get(row.id) ?? [], ref)])),
    sourceRows,
    targets: targetRows.map((row) => ({
      ...row,
      protocol: termsRow?.protocol ?? 'classic',
      sources: row.sources.map((source) => source.name),
    })),
    targetRows,
    consents: groupId ? await listConsents(tx, groupId, now) : [],
    capacity: limits.perTarget,
    limits,
    fee: await feeOf(tx, request, ref(ownerId), groupId ?? undefined, now),
    present: await presentOf(tx, request, document, { groupRow, terms, termsRow, memberRows, sourceRows }),
  }
}

const sourceFacts = (row: SourceRecord, heldBy: SourceFacts['heldBy'], ref: (id: string) => FirmRef): SourceFacts => ({
  name: row.name,
  heldBy,
  gatewayKind: row.gatewayKind,
  guarantors: row.guarantors.map((firm) => ref(firm.id)),
})

/** The fee of the group, or of one more group of the owner. */
async function feeOf(
  tx: Tx,
  { environment }: Pick<Subject, 'environment'>,
  owner: { id: string; name: string },
  groupId: string | undefined,
  now: Date,
): Promise<FeeEstimate | undefined> {
  const { groups, plans, zone } = await billingOf(tx, owner.id, environment)
  return estimate(owner, { id: groupId, environment }, groups, plans, now.getTime(), zone)
}

/** What a group's page says of its fee, with at most a year of charges. */
export async function findBill(
  tx: Tx,
  group: { id: string; environment: Environment; isOver: boolean },
  owner: { id: string; name: string },
  now: Date,
): Promise<GroupBill> {
  const { groups, plans, zone } = await billingOf(tx, owner.id, group.environment)
  const bill = billOf(owner, group, groups, plans, now.getTime(), zone)
  return { ...bill, charges: bill.charges.slice(0, 12) }
}

async function billingOf(tx: Tx, ownerId: string, environment: Environment) {
  const groups = await listBilledGroups(tx, ownerId, environment)
  const plans = await listFeePlans(tx)
  const settings = environmentSettings.partial().safeParse(await findSettings(tx, environment))
  return { groups, plans, zone: zoneOf(settings.success ? settings.data : {}) }
}

async function presentOf(
  tx: Tx,
  request: Subject,
  document: RequestDocument | DraftDocument,
  known: {
    groupRow: GroupRecord | undefined
    terms: RoundFacts['terms']
    termsRow: TermsRecord | undefined
    memberRows: MemberRecord[]
    sourceRows: Map<string, SourceRecord>
  },
): Promise<Present> {
  const { groupRow, terms, termsRow, memberRows, sourceRows } = known
  const { ownerId, environment, groupId } = request
  const name = document.kind === 'new-group' ? document.groupName : ''
  const numbers = await listRequestNumbers(
    tx,
    memberRows.map((row) => row.viaId),
  )
  const source = (row: SourceRecord): Present['sources'][string] => {
    const member = memberRows.find((one) => one.sourceId === row.id)
    return {
      open: row.isOpen,
      guarantors: row.guarantors.map((firm) => firm.id),
      guarantorNames: row.guarantors.map((firm) => firm.name),
      inGroup: member !== undefined,
      by: member ? `added by request ${numbers.get(member.viaId) ?? 'unknown'}` : 'reference data of the exchange',
    }
  }
  return {
    group: {
      state: groupRow?.state ?? 'requested',
      level: terms?.level ?? null,
      rejects: terms?.rejects ?? null,
      addresses: clientAddressesOf(termsRow?.connection).allowFrom,
    },
    nameTaken: name !== '' && (await isNameTaken(tx, { ownerId, environment, name, exceptId: groupId })),
    sources: Object.fromEntries([...sourceRows].map(([key, row]) => [key, source(row)])),
  }
}
