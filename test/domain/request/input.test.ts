import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { emptyChange, emptyNewGroup, type NewGroupDraft } from '#domain/request/document.ts'
import { checkComplete, readStep, storedDraft } from '#domain/request/input.ts'
import { limits } from '#domain/request/steps.ts'

const account = '7f1f1c52-58a9-4d0b-8c66-0f6dfb3a4a11'
const complete: NewGroupDraft = {
  kind: 'new-group',
  groupName: 'Desk 7',
  purpose: 'Risk',
  billingAccountId: account,
  feeAcknowledged: true,
  sources: ['K7T882', 'M3P882'],
  level: 'all',
  rejects: false,
  protocol: 'classic',
  contacts: [
    { name: 'Ann Alder', title: 'Risk', email: 'ann@alder.example', phone: '+1 312 555 0100', clearingCode: '560' },
  ],
  connection: { line: 'existing', addresses: ['192.0.2.0/24'], notes: '' },
}

/** The fields complained of, by name. */
function problems(draft: NewGroupDraft): string[] {
  const checked = checkComplete(draft)
  return checked.ok ? [] : checked.error.problems.map((problem) => problem.field)
}

describe('a step of the form', () => {
  test('lays its own fields over what was saved and leaves the other steps alone', () => {
    const read = readStep(complete, 'sources', {
      sources: ['k7t882', 'Q1A882', 'Q1A882'],
      level: 'executions',
      protocol: 'dc4',
    })
    expect(read).toEqual({
      ok: true,
      value: { ...complete, sources: ['K7T882', 'Q1A882'], level: 'executions', protocol: 'dc4', rejects: false },
    })
  })

  test('cannot smuggle in fields of another step', () => {
    const read = readStep(complete, 'group', {
      groupName: 'Desk 8',
      feeAcknowledged: true,
      billingAccountId: account,
      purpose: '',
      sources: ['ZZZZZZ'],
    })
    expect(read.ok && read.value).toMatchObject({ groupName: 'Desk 8', sources: complete.sources })
  })

  test('may be left empty in a draft', () => {
    const read = readStep(emptyNewGroup, 'group', {})
    expect(read).toEqual({ ok: true, value: emptyNewGroup })
  })

  test('drops rows of people in which nothing was typed', () => {
    const read = readStep(complete, 'people', {
      contacts: [{ name: '', email: '', phone: '', clearingCode: '560' }, complete.contacts[0]],
      connection: complete.connection,
    })
    expect(read.ok && read.value).toMatchObject({ contacts: complete.contacts })
  })

  test('refuses what is too much, naming the field', () => {
    const many = Array.from({ length: limits.sources + 1 }, (_, i) => `A${String(i).padStart(5, '0')}`)
    const read = readStep(complete, 'sources', { sources: many })
    expect(read.ok ? [] : read.error.problems.map((p) => [p.step, p.field])).toEqual([['sources', 'sources']])
  })

  test('names a word that is too long as it was typed', () => {
    const read = readStep(complete, 'sources', { sources: ['K7T882', 'K7T882M3P882Q'] })
    expect(read.ok ? '' : read.error.problems[0]).toMatchObject({
      field: 'sources',
      message: expect.stringMatching(/^K7T882M3P882Q: /),
    })
  })

  test('refuses control characters', () => {
    const read = readStep(complete, 'group', { groupName: 'Desk\u0000 7' })
    expect(read.ok).toBe(false)
  })

  test('answers anything at all with a draft or a refusal, never by throwing', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.anything()), (fields) => {
        for (const step of ['group', 'sources', 'people'] as const)
          expect(typeof readStep(complete, step, fields).ok).toBe('boolean')
      }),
    )
  })
})

describe('submitting', () => {
  test('takes a complete document', () => expect(problems(complete)).toEqual([]))

  test('names every field of an empty one', () => {
    expect(problems(emptyNewGroup).sort()).toEqual(
      ['billingAccountId', 'connection.line', 'contacts', 'feeAcknowledged', 'groupName', 'level', 'sources'].sort(),
    )
  })

  test('wants sources of six characters, and names those that are not beside their field', () => {
    const checked = checkComplete({ ...complete, sources: ['K7T88', 'M3P882', 'FOO!!'] })
    expect(checked.ok ? [] : checked.error.problems).toEqual([
      {
        step: 'sources',
        field: 'sources',
        message: 'K7T88, FOO!!: A session is named by its Session ID and Firm ID, three characters each: K7T882.',
      },
    ])
  })

  test('wants addresses that are addresses', () => {
    expect(problems({ ...complete, connection: { ...complete.connection, addresses: ['somewhere'] } })).toEqual([
      'connection.addresses',
    ])
  })

  test('says of each client address what is wrong with it, and how the network is written that may be meant', () => {
    const addresses = ['somewhere', '10.1.2.3/8', 'face']
    const checked = checkComplete({ ...complete, connection: { ...complete.connection, addresses } })
    expect(checked.ok ? [] : checked.error.problems).toEqual([
      {
        step: 'people',
        field: 'connection.addresses',
        message:
          'somewhere, face: An IPv4 or IPv6 address, or a network such as 192.0.2.0/24. 10.1.2.3/8: This is one address, with a prefix for more. Write 10.0.0.0/8 for the network, or the address alone.',
      },
    ])
  })

  test('keeps client addresses in their normal form, each once, and as typed what is none yet', () => {
    const typed = ['::ffff:192.0.2.7', '192.0.2.7/32', '2001:DB8:0::1', '10.1.2.3/8', 'somewhere']
    const read = readStep(complete, 'people', { connection: { line: 'new', addresses: typed } })
    expect(read.ok && read.value).toMatchObject({
      connection: { addresses: ['192.0.2.7', '2001:db8::1', '10.1.2.3/8', 'somewhere'] },
    })
  })

  test('does not take the same person twice for one clearing firm', () => {
    expect(problems({ ...complete, contacts: [...complete.contacts, ...complete.contacts] })).toEqual([
      'contacts.1.email',
    ])
  })

  test('does not take a change that changes nothing', () => {
    expect(checkComplete({ ...emptyChange, reason: 'because' }).ok).toBe(false)
    expect(checkComplete({ ...emptyChange, reason: 'because', level: 'executions' }).ok).toBe(true)
  })

  test('does not take a source both added and removed', () => {
    const change = {
      ...emptyChange,
      reason: 'x',
      addSources: ['K7T882'],
      removeSources: [{ source: 'K7T882', revoked: false }],
    }
    expect(checkComplete(change).ok).toBe(false)
  })
})

test('a change may name other client addresses, and a draft from before it could is read as naming none', () => {
  const read = readStep(emptyChange, 'sources', { reason: 'We move.', addresses: ['192.0.2.0/25'] })
  expect(read.ok && read.value).toMatchObject({ addresses: ['192.0.2.0/25'] })
  expect(checkComplete({ ...emptyChange, reason: 'We move.', addresses: [] }).ok).toBe(true)
  const { addresses: _, ...before } = emptyChange
  expect(storedDraft.parse(before)).toEqual(emptyChange)
})

test('a stored draft reads back as it was written', () => {
  expect(storedDraft.parse(JSON.parse(JSON.stringify(complete)))).toEqual(complete)
  expect(storedDraft.parse(JSON.parse(JSON.stringify(emptyChange)))).toEqual(emptyChange)
})
