import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { canonicalJson } from '#domain/digest.ts'
import { decide, takeBack } from '#domain/request/decide.ts'
import type { RequestDocument } from '#domain/request/document.ts'
import { itemsOf, type Present, violations } from '#domain/request/items.ts'
import { afterSubmit, freeze, type RoundInput, type SourceFacts } from '#domain/request/round.ts'
import { sheetOf } from '#domain/request/sheet.ts'
import { signingSentence } from '#domain/request/signing.ts'

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')
const xenon = { id: 'x', name: 'Xenon Clearing', code: '560' }
const birch = { id: 'b', name: 'Birch Clearing', code: '571' }
const alder = { id: 'a', name: 'Alder Trading', code: '882' }
const harbor = { id: 'h', name: 'Harbor Exchange', code: '' }
const k7t: SourceFacts = { name: 'K7T882', gatewayKind: 'cgw', guarantors: [xenon], heldBy: [alder] }
const m3p: SourceFacts = { name: 'M3P882', gatewayKind: 'cgw', guarantors: [birch], heldBy: [alder] }
const both: SourceFacts = { name: 'V8N882', gatewayKind: 'cgw', guarantors: [xenon, birch], heldBy: [alder] }

type NewGroupDocument = Extract<RequestDocument, { kind: 'new-group' }>
const document: NewGroupDocument = {
  kind: 'new-group',
  groupName: 'Desk 7',
  purpose: '',
  billingAccountId: '7f1f1c52-58a9-4d0b-8c66-0f6dfb3a4a11',
  feeAcknowledged: true,
  sources: ['K7T882', 'M3P882'],
  level: 'all',
  rejects: false,
  protocol: 'classic',
  contacts: [{ name: 'Ann', title: '', email: 'ann@alder.example', phone: '1', clearingCode: '560' }],
  connection: { line: 'existing', addresses: [], notes: '' },
}
const presentOf = (sources: readonly SourceFacts[]): Present => ({
  group: { state: 'requested', level: null, rejects: null, addresses: [] },
  nameTaken: false,
  sources: Object.fromEntries(
    sources.map((source) => [
      source.name,
      {
        open: true,
        inGroup: false,
        guarantors: source.guarantors.map((firm) => firm.id),
        guarantorNames: source.guarantors.map((firm) => firm.name),
      },
    ]),
  ),
})

function inputOf(
  sources: SourceFacts[],
  over: Partial<RoundInput> = {},
  changes: Partial<NewGroupDocument> = {},
): RoundInput {
  const doc = { ...document, sources: sources.map((source) => source.name), ...changes }
  const items = itemsOf(doc, presentOf(sources))
  const sheet = sheetOf(doc, items, {
    environment: 'production',
    owner: alder,
    group: undefined,
    terms: undefined,
    members: [],
    sources: new Map(sources.map((source) => [source.name, source])),
    targets: [],
    capacity: { cgw: 1000, msgw: 5000 },
    fee: undefined,
    billTo: '',
  })
  return {
    round: 1,
    document: doc,
    items,
    sheet,
    baseRevision: 0,
    owner: alder,
    exchange: harbor,
    payer: undefined,
    sources,
    consents: [],
    revoked: [],
    submittedFor: [],
    before: [],
    ...over,
  }
}
const parties = (input: RoundInput) =>
  freeze(input, sha256).parties.map((party) => [party.capacity, party.firmId, party.metBy])

describe('the parties of a round', () => {
  test('are the guarantors of its sources, another payer, and the exchange', () => {
    expect(parties(inputOf([k7t, m3p]))).toEqual([
      ['guarantor', 'x', null],
      ['guarantor', 'b', null],
      ['exchange', 'h', null],
    ])
    expect(parties(inputOf([k7t], { payer: birch }))).toEqual([
      ['guarantor', 'x', null],
      ['bill-to', 'b', null],
      ['exchange', 'h', null],
    ])
  })

  test('see their own sources alone', () => {
    const frozen = freeze(inputOf([k7t, m3p, both]), sha256)
    expect(frozen.parties.map((party) => party.slice.sources)).toEqual([
      ['K7T882', 'V8N882'],
      ['M3P882', 'V8N882'],
      ['K7T882', 'M3P882', 'V8N882'],
    ])
    expect(JSON.stringify(frozen.parties[0]?.slice)).not.toContain('M3P882')
  })

  test('are not asked for what their consent covers already', () => {
    const consents = [{ source: 'K7T882', clearingFirmId: 'x', upToLevel: 'all' as const }]
    expect(parties(inputOf([k7t, m3p], { consents }, { contacts: [] }))).toEqual([
      ['guarantor', 'b', null],
      ['exchange', 'h', null],
    ])
  })

  test('an authorized contact’s submission is the word of their firm, but names no further people', () => {
    const submittedFor = ['x', 'b']
    expect(parties(inputOf([k7t, m3p], { submittedFor }))).toEqual([
      ['guarantor', 'x', null], // it is also asked to authorize Ann
      ['guarantor', 'b', 'submission'],
      ['exchange', 'h', null],
    ])
    const round = freeze(inputOf([k7t, m3p], { submittedFor }, { contacts: [] }), sha256)
    expect(afterSubmit(round.parties)).toBe('with-gam')
  })
})

describe('a submission', () => {
  const submittedFor = ['x']
  const cedar = { id: 'c', name: 'Cedar Markets' }
  const met = (sources: SourceFacts[], over: Partial<RoundInput> = {}) =>
    parties(inputOf(sources, { submittedFor, ...over }, { contacts: [] }))[0]

  test('is the clearing firm’s consent for sessions that the owner holds, by its Execution Firm ID or as their operator', () => {
    expect(met([k7t])).toEqual(['guarantor', 'x', 'submission'])
    expect(met([{ ...k7t, heldBy: [cedar, alder] }])).toEqual(['guarantor', 'x', 'submission'])
  })

  test('is none as soon as one of them is a session of another firm, or of nobody known', () => {
    expect(met([{ ...k7t, heldBy: [cedar] }])).toEqual(['guarantor', 'x', null])
    expect(met([{ ...k7t, heldBy: [] }])).toEqual(['guarantor', 'x', null])
    expect(met([both, { ...k7t, heldBy: [cedar] }])).toEqual(['guarantor', 'x', null])
  })

  test('is none for a session that the clearing firm revoked, whatever another firm revoked', () => {
    expect(met([k7t], { revoked: [{ source: 'K7T882', clearingFirmId: 'x' }] })).toEqual(['guarantor', 'x', null])
    expect(met([k7t], { revoked: [{ source: 'V8N882', clearingFirmId: 'x' }] })?.[2]).toBe('submission')
    expect(met([k7t], { revoked: [{ source: 'K7T882', clearingFirmId: 'b' }] })?.[2]).toBe('submission')
  })

  test('names the firm of a session that the owner does not hold to every party that is asked for it, and signs it', () => {
    const frozen = freeze(inputOf([k7t, { ...m3p, heldBy: [cedar] }], {}, { contacts: [] }), sha256)
    const other = [{ source: 'M3P882', firm: 'Cedar Markets' }]
    expect(frozen.parties.map((party) => party.slice.ofOthers)).toEqual([undefined, other, other])
    expect(frozen.sheet.sources.map((source) => source.holder)).toEqual([undefined, 'Cedar Markets'])
    expect(signingSentence(frozen.parties[1]!.slice, 'Bailey Birch')).toBe(
      'I, Bailey Birch, signatory of Birch Clearing (571), agree that copies of session M3P882 (M3P882 is a session of Cedar Markets) go to Alder Trading, all messages, until withdrawn.',
    )
  })
})

describe('a new round', () => {
  test('keeps an approval while its slice is the same, and the exchange always decides anew', () => {
    const first = freeze(inputOf([k7t, m3p]), sha256)
    const before = first.parties.map((party) => ({ ...party, approved: true }))
    expect(parties(inputOf([k7t, m3p, both], { round: 2, before })).map(([, , met]) => met)).toEqual([null, null, null])
    const other = inputOf([k7t, m3p], { round: 2, before }, { connection: { line: 'new', addresses: [], notes: '' } })
    expect(parties(other).map(([, , met]) => met)).toEqual(['carried-over', 'carried-over', null])
  })

  test('asks again when recipient, level, purpose or sources of the slice change, whatever else there is', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('executions' as const, 'acknowledgments' as const),
        fc.boolean(),
        (level, rejects) => {
          const digest = (over: Partial<NewGroupDocument>) =>
            freeze(inputOf([k7t], {}, over), sha256).parties[0]?.sliceDigest
          expect(digest({ level, rejects })).not.toBe(digest({}))
          expect(digest({ groupName: 'Other' })).not.toBe(digest({}))
          expect(digest({ purpose: 'for the auditors' })).not.toBe(digest({}))
          expect(digest({ connection: { line: 'new', addresses: [], notes: '' } })).toBe(digest({}))
        },
      ),
    )
  })
})

describe('a digest', () => {
  test('does not depend on the order of members, and depends on everything else', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue(), { maxKeys: 8 }), (value) => {
        const turned = Object.fromEntries(Object.entries(value).reverse())
        expect(canonicalJson(turned)).toBe(canonicalJson(value))
        expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)))
      }),
    )
    expect(canonicalJson([1, 2])).not.toBe(canonicalJson([2, 1]))
  })
})

describe('deciding', () => {
  const round = { state: 'with-firms' as const, submittedBy: 'ann', draftedOnBehalfBy: null }
  type DecidingParty = NonNullable<Parameters<typeof decide>[1]>
  const party: DecidingParty = { firmId: 'x', capacity: 'guarantor', sliceDigest: 'd', metBy: null }
  const xan = { userId: 'xan', firmId: 'x', roles: ['clearing-signatory'] }
  const approve = { verdict: 'approve' as const, reason: '', shownDigest: 'd' }
  const code = (answered: ReturnType<typeof decide> | ReturnType<typeof takeBack>) =>
    answered.ok ? 'done' : answered.error.code

  test('is for a signatory of that firm, of what they were shown, once', () => {
    expect(code(decide(round, party, xan, approve))).toBe('done')
    expect(code(decide(round, undefined, xan, approve))).toBe('not-a-party')
    expect(code(decide(round, party, { ...xan, firmId: 'b' }, approve))).toBe('not-a-party')
    expect(code(decide(round, party, { ...xan, roles: ['viewer'] }, approve))).toBe('not-allowed')
    expect(code(decide(round, party, xan, { ...approve, shownDigest: 'e' }))).toBe('not-what-was-shown')
    expect(code(decide(round, { ...party, metBy: 'decision' }, xan, approve))).toBe('already-decided')
    expect(code(decide({ ...round, state: 'with-gam' }, party, xan, approve))).toBe('wrong-state')
    expect(code(decide(round, party, xan, { ...approve, verdict: 'return' }))).toBe('reason-needed')
  })

  test('is never for whoever submitted it, nor for the GAM who wrote it on the firm’s behalf', () => {
    expect(code(decide({ ...round, submittedBy: 'xan' }, party, xan, approve))).toBe('own-submission')
    const exchange: DecidingParty = { ...party, firmId: 'h', capacity: 'exchange' }
    const gam = { userId: 'harper', firmId: 'h', roles: ['gam'] }
    const atGam = { ...round, state: 'with-gam' as const }
    expect(code(decide(atGam, exchange, gam, approve))).toBe('done')
    expect(code(decide({ ...atGam, draftedOnBehalfBy: 'harper' }, exchange, gam, approve))).toBe('own-submission')
  })

  test('is taken back by a signatory of the same firm, with a reason, where there is something to take back', () => {
    const met = { ...party, metBy: 'decision' as const }
    expect(code(takeBack(round, met, xan, 'why'))).toBe('done')
    expect(code(takeBack(round, met, xan, ' '))).toBe('reason-needed')
    expect(code(takeBack(round, party, xan, 'why'))).toBe('nothing-to-take-back')
    expect(code(takeBack({ ...round, state: 'applying' }, met, xan, 'why'))).toBe('wrong-state')
  })

  test('signs a sentence that stands by itself: recipient, sessions by name, level, people', () => {
    const one = freeze(inputOf([k7t]), sha256).parties[0]!.slice
    const of = (over: Partial<typeof one>) => signingSentence({ ...one, contacts: [], ...over }, 'Xan Xenon')
    const signed = (what: string) => `I, Xan Xenon, signatory of Xenon Clearing (560), agree that ${what}`
    const goes = 'Alder Trading, all messages, until withdrawn.'
    expect(of({})).toBe(signed(`copies of session K7T882 go to ${goes}`))
    expect(of({ sources: ['K7T882', 'M3P882'] })).toBe(signed(`copies of sessions K7T882 and M3P882 go to ${goes}`))
    expect(of({ sources: ['A1A882', 'B1B882', 'C1C882', 'D1D882', 'E1E882'] })).toBe(
      signed(`copies of the 5 sessions named in this sheet go to ${goes}`),
    )
    expect(of({ contacts: one.contacts })).toBe(
      signed(`copies of session K7T882 go to ${goes} Ann may administer the group.`),
    )
    expect(of({ sources: [], contacts: one.contacts })).toBe(
      signed('Ann may administer group Desk 7 of Alder Trading.'),
    )
  })
})

describe('the preconditions of items', () => {
  const items = itemsOf(document, presentOf([k7t, m3p]))
  const what = (present: Present) => violations(items, present).map((moved) => moved.what)
  const present = presentOf([k7t, m3p])
  const withSource = (over: object): Present => ({
    ...present,
    sources: { ...present.sources, K7T882: { ...present.sources.K7T882!, ...over } },
  })

  test('hold while nothing they name has moved, whatever else does', () => {
    expect(what(present)).toEqual([])
    expect(
      what({ ...present, sources: { ...present.sources, ZZZ999: { ...present.sources.K7T882!, open: false } } }),
    ).toEqual([])
  })

  test('fail for exactly what moved', () => {
    expect(what(withSource({ open: false }))).toEqual(['source-closed'])
    expect(what(withSource({ inGroup: true }))).toEqual(['source-already-in-group'])
    expect(what(withSource({ guarantors: ['x', 'b'] }))).toEqual(['guarantors-changed'])
    expect(what(withSource({ guarantors: [] }))).toEqual(['source-without-guarantor'])
    expect(what({ ...present, nameTaken: true })).toEqual(['name-taken'])
    expect(what({ ...present, group: { ...present.group, level: 'all' } })).toEqual(['level-changed'])
  })
})
