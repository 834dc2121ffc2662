import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { decodeForm, words } from '#app/http/decode-form.server.ts'
import { withdrawConsentInput } from '#domain/group/input.ts'
import { inviteUserInput } from '#domain/people/input.ts'
import { decideInput, startRequestInput } from '#domain/request/command-input.ts'
import { emptyChange, emptyNewGroup } from '#domain/request/document.ts'
import { readStep, stepFields } from '#domain/request/input.ts'

const id = '7f1f1c52-58a9-4d0b-8c66-0f6dfb3a4a11'
const step = (kind: 'new-group' | 'change', name: 'group' | 'sources' | 'people', sent: object) =>
  readStep(kind === 'change' ? emptyChange : emptyNewGroup, name, Object(decodeForm(stepFields(kind, name), sent)))

describe('what a browser sends, as the schema of a command expects it', () => {
  test.each([
    ['on', true],
    ['true', true],
    ['yes', true],
    ['', false],
    ['off', false],
    [undefined, false],
    [['', 'on'], true],
    [['on', ''], false],
  ])('a checkbox that says %j is %j', (sent, expected) => expect(decodeForm(z.boolean(), sent)).toBe(expected))

  test.each([
    ['on', true],
    ['off', false],
    ['', null],
  ])('a choice of three that says %j is %j', (sent, expected) =>
    expect(decodeForm(z.boolean().nullable().default(null), sent)).toBe(expected),
  )

  test('a number is digits, and what is not is left to the schema', () => {
    const schema = z.int().min(1)
    expect(decodeForm(schema, '12')).toBe(12)
    for (const sent of ['', ' 1', '1.5', '-1', '1e3', '0x1', 'one', ['1', '2'], '9'.repeat(16)])
      expect(schema.safeParse(decodeForm(schema, sent)).success).toBe(false)
  })

  test('a list is one text with separators, or the field several times', () => {
    const list = z.array(z.string())
    expect(decodeForm(list, 'K7T882, M3P882;Q1A882\nR2B882')).toEqual(['K7T882', 'M3P882', 'Q1A882', 'R2B882'])
    expect(decodeForm(list, ['K7T882', ['M3P882 Q1A882']])).toEqual(['K7T882', 'M3P882', 'Q1A882'])
    for (const nothing of [undefined, '', ' \n']) expect(decodeForm(list, nothing)).toEqual([])
  })

  test('an empty text where a value may be left out is none', () => {
    expect(decodeForm(startRequestInput, { commandId: id, groupId: '', ownerId: undefined })).toEqual({ commandId: id })
  })

  test('fields of no schema are left behind', () =>
    expect(decodeForm(z.object({ a: z.string() }), { a: 'x', b: 'y' })).toEqual({ a: 'x' }))
})

describe('the commands of forms', () => {
  test('an invitation with one role ticked, or several', () => {
    const form = { commandId: id, firmId: id, email: 'ann@alder.example', name: 'Ann' }
    for (const [sent, roles] of [
      ['viewer', ['viewer']],
      [
        ['viewer', 'operator'],
        ['viewer', 'operator'],
      ],
    ])
      expect(decodeForm(inviteUserInput, { ...form, roles: sent })).toEqual({ ...form, roles })
    expect(inviteUserInput.safeParse(decodeForm(inviteUserInput, form)).error?.issues).toMatchObject([
      { path: ['roles'], message: 'At least one role.' },
    ])
  })

  test('a decision, whose numbers come as texts of the address and the form', () => {
    const sent = { commandId: id, number: '7', round: '2', capacity: 'guarantor', digest: 'a'.repeat(64) }
    const read = decideInput.safeParse(decodeForm(decideInput, { ...sent, verdict: 'approve' }))
    expect(read.data).toMatchObject({ number: 7, round: 2, verdict: 'approve', reason: '' })
  })

  test('a withdrawal of sessions that are ticked', () =>
    expect(decodeForm(withdrawConsentInput, { sources: ['K7T882', 'M3P882'] })).toEqual({
      sources: ['K7T882', 'M3P882'],
    }))
})

describe('a step of the request form', () => {
  test('of a new group: what is not ticked is no, and lists are split', () => {
    const read = step('new-group', 'sources', {
      sources: 'k7t882, Q1A882\nQ1A882',
      level: 'executions',
      protocol: 'dc4',
    })
    expect(read.ok && read.value).toMatchObject({
      sources: ['K7T882', 'Q1A882'],
      level: 'executions',
      protocol: 'dc4',
      rejects: false,
    })
  })

  test('of a change: what is left empty stays as it is', () => {
    const read = step('change', 'sources', { reason: 'Because.', level: '', rejects: '', addresses: null })
    expect(read.ok && read.value).toEqual({ ...emptyChange, reason: 'Because.' })
  })

  test('of a change: an empty list of addresses is any address, and is a change', () => {
    const read = step('change', 'sources', { reason: 'Because.', rejects: 'off', addresses: [] })
    expect(read.ok && read.value).toMatchObject({ rejects: false, addresses: [] })
  })

  test('names the row and field of a person, as the form does', () => {
    const read = step('new-group', 'people', { contacts: [{ name: 'x'.repeat(200) }], connection: { line: 'new' } })
    expect(read.ok ? [] : read.error.problems.map((problem) => problem.field)).toEqual(['contacts.0.name'])
  })
})

test('anything at all is decoded without throwing, and what is typed already stays the same', () => {
  const schema = stepFields('new-group', 'sources')
  fc.assert(fc.property(fc.anything(), (sent) => void decodeForm(schema, sent)))
  const names = fc.array(fc.stringMatching(/^[A-Z0-9]{6}$/))
  fc.assert(
    fc.property(fc.record({ sources: names, rejects: fc.boolean(), level: fc.constantFrom('all', '') }), (typed) => {
      expect(decodeForm(schema, typed)).toEqual({ ...typed })
      expect(words(typed.sources.join('\n'))).toEqual(typed.sources)
    }),
  )
})
