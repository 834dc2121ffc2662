import { createHash } from 'node:crypto'
import type { RequestDocument } from '#domain/request/document.ts'
import { itemsOf, type Present } from '#domain/request/items.ts'
import { type FrozenRound, freeze } from '#domain/request/round.ts'
import { sheetOf, sourceChanges } from '#domain/request/sheet.ts'
import { targetCapacity } from '#domain/target/placement.ts'
import { type Firm, firmRef, type Person, type Source, sourceFacts } from './firms.ts'
import { type Group, isOpen, membersOf, type Round, termsOf } from './group.ts'

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')

export const feeSentence = 'Sample fee of the test data, not a price list'

/** What is submitted: by the portal's own rules, so that sheets, slices and digests are what pages expect. */
export function frozen(what: {
  group: Group
  exchange: Firm
  document: RequestDocument
  submittedBy: Person
  sources: ReadonlyMap<string, Source>
  before: Round | undefined
}): FrozenRound {
  const { group, exchange, document, submittedBy, before } = what
  const { owner } = group
  const members = membersOf(group).map(({ source }) => source.name)
  const { added, removed, kept } = sourceChanges(document, members)
  const concerned = [...added, ...removed, ...kept].flatMap((name) => what.sources.get(name) ?? [])
  const facts = new Map(concerned.map((source) => [source.name, sourceFacts(source)]))
  const terms = termsOf(group)
  const items = itemsOf(document, presentOf(group, concerned))
  const sheet = sheetOf(document, items, {
    environment: 'production',
    owner,
    group: { name: group.name },
    terms: terms && { level: terms.level, rejects: terms.rejects, protocol: group.protocol },
    members,
    sources: facts,
    targets: group.targets.map((target) => ({
      ...target,
      protocol: group.protocol,
      sources: membersOf(group).flatMap((member) => (member.target === target ? [member.source.name] : [])),
    })),
    capacity: targetCapacity,
    fee: {
      amountMinor: 125_000,
      currency: 'USD',
      waived: false,
      sample: true,
      source: feeSentence,
      sentence: `${feeSentence}.`,
    },
    billTo: `${owner.account.number}, ${owner.name}`,
  })
  return freeze(
    {
      round: (before?.round ?? 0) + 1,
      document,
      items,
      sheet,
      baseRevision: group.revision,
      owner: firmRef(owner),
      exchange: firmRef(exchange),
      payer: undefined,
      sources: [...facts.values()],
      consents: group.consents
        .filter(isOpen)
        .map(({ source, firm, level }) => ({ source: source.name, clearingFirmId: firm.id, upToLevel: level })),
      revoked: [],
      submittedFor: group.contacts
        .filter((one) => isOpen(one) && one.person === submittedBy)
        .map(({ firm }) => firm.id),
      before: before ? answersOf(before) : [],
    },
    sha256,
  )
}

const answersOf = ({ parties, decisions }: Round) =>
  parties.map(({ firmId, capacity, sliceDigest, metBy }) => {
    const own = decisions.find((one) => one.firmId === firmId && one.capacity === capacity)
    return { firmId, capacity, sliceDigest, approved: metBy === 'carried-over' || own?.verdict === 'approve' }
  })

function presentOf(group: Group, concerned: readonly Source[]): Present {
  const terms = termsOf(group)
  const members = new Set(membersOf(group).map(({ source }) => source))
  return {
    group: {
      state: group.state,
      level: terms?.level ?? null,
      rejects: terms?.rejects ?? null,
      addresses: terms?.connection.allowFrom ?? [],
    },
    nameTaken: false,
    sources: Object.fromEntries(
      concerned.map((source) => [
        source.name,
        {
          open: true,
          guarantors: source.guarantors.map(({ id }) => id),
          inGroup: members.has(source),
          guarantorNames: source.guarantors.map(({ name }) => name),
        },
      ]),
    ),
  }
}
