import { describe, expect, test } from 'vitest'
import type { z } from 'zod'
import { email } from '#domain/people/email.ts'
import { disableUserInput, firstPeople, inviteUserInput, personName } from '#domain/people/input.ts'
import { decideInput } from '#domain/request/command-input.ts'
import { readStep, reason } from '#domain/request/input.ts'
import { comparable, line, text, visible, withoutUnseen } from '#domain/text.ts'

const of = (...codes: number[]) => String.fromCodePoint(...codes)
const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i)

/** Controls, soft hyphen, no width, direction, joiners and fillers, separators, tags, a half of a character. */
const unseen = [
  ...[...range(0x00, 0x1f), ...range(0x7f, 0x9f), 0xad, 0x34f, 0x61c, 0x115f, 0x180e],
  ...[...range(0x200b, 0x200f), 0x2028, 0x2029, ...range(0x202a, 0x202e), ...range(0x2060, 0x2064)],
  ...[...range(0x2066, 0x2069), 0x2800, 0x3164, 0xfe0f, 0xfeff, 0xffa0, 0xd800, 0xe0041],
]
const seen = ['Müller & Söhne (Zürich)', '株式会社 東京', 'Ольга', 'عُمان', 'Ngô Bảo Châu', 'O’Neil–Ward 7½ €', '🙂']

/** What is said of a text; undefined: it is taken. */
const said = (schema: z.ZodType, value: unknown) => schema.safeParse(value).error?.issues[0]?.message

describe('a line that other people read', () => {
  test.each(unseen)('refuses U+%#: %i, wherever it stands, and says so', (code) => {
    const expected = [9, 10, 13].includes(code) ? 'One line of text.' : /^Holds a character that cannot be seen \(U\+/
    expect(said(line(40), `De${of(code)}sk`)).toMatch(expected)
  })

  test('names the character', () => expect(said(line(40), `Alder${of(0x202e)}x`)).toContain('(U+202E)'))

  test.each(seen)('takes %s', (name) => expect(line(40).parse(name)).toBe(name))

  test('takes any kind of blank for an ordinary one', () =>
    expect([0xa0, 0x2007, 0x202f, 0x3000].map((blank) => line(40).parse(`${of(blank)}Desk${of(blank)}7 `))).toEqual(
      Array(4).fill('Desk 7'),
    ))
})

describe('a text of several lines', () => {
  test('holds tabs and line ends, and nothing else that is not seen', () => {
    expect(text(40).parse('one\r\n\ttwo')).toBe('one\r\n\ttwo')
    for (const code of unseen.filter((one) => ![9, 10, 13].includes(one)))
      expect(said(text(40), `a${of(code)}b`)).toMatch(/cannot be seen/)
  })
})

describe('every form and command that takes a name or a reason', () => {
  const id = '6f2d4c1e-2222-4333-8444-555566667777'
  const bad = `Alder${of(0x202e)} Trading`
  const person = { commandId: id, firmId: id, email: 'a@alder.example', name: 'Ann', roles: ['viewer'] }
  const decision = {
    commandId: id,
    number: 1,
    round: 1,
    capacity: 'exchange',
    digest: 'a'.repeat(64),
    verdict: 'reject',
  }
  test.each([
    ['a person', personName, bad],
    ['an invitation', inviteUserInput, { ...person, name: bad }],
    ['the exchange', firstPeople.exchange, bad],
    ['its first administrator', firstPeople.name, bad],
    ['a reason', reason, bad],
    ['why somebody is disabled', disableUserInput, { commandId: id, userId: id, reason: bad }],
    ['a decision', decideInput, { ...decision, reason: bad }],
  ])('asks it: %s', (_, schema, value) => expect(said(schema, value)).toContain('U+202E'))

  // the rest is empty
  const draft = { kind: 'new-group', groupName: '', purpose: '', sources: [], contacts: [] } as never
  test.each([
    ['groupName', 'group', { groupName: bad }],
    ['purpose', 'group', { purpose: bad }],
    ['contacts.0.name', 'people', { contacts: [{ name: bad }] }],
    ['contacts.0.title', 'people', { contacts: [{ name: 'Ann', title: bad }] }],
    ['connection.notes', 'people', { connection: { notes: bad } }],
  ] as const)('asks it beside the field %s', (field, step, fields) => {
    const read = readStep(draft, step, fields)
    expect(read.ok ? [] : read.error.problems).toMatchObject([
      { step, field, message: expect.stringMatching(/U\+202E/) },
    ])
  })
})

test('what was saved before it was refused is read without it', () =>
  expect(withoutUnseen({ name: `De${of(0x200b)}sk`, notes: 'a\nb', list: [of(0xfeff), 7, null, true] })).toEqual({
    name: 'Desk',
    notes: 'a\nb',
    list: ['', 7, null, true],
  }))

describe('names and addresses are compared', () => {
  test('as they look', () => {
    for (const other of ['DESK 7', 'Ｄｅｓｋ ７', `Desk${of(0xa0)}7`])
      expect(comparable(other)).toBe(comparable('Desk 7'))
    expect(comparable('Café')).toBe(comparable(`Cafe${of(0x301)}`))
    expect(comparable('Desk 7')).not.toBe(comparable('Desk 8'))
  })

  test('however an address was typed', () => {
    for (const typed of [' Ann@Alder.example', 'ａｎｎ@alder.example', 'ANN＠ALDER.EXAMPLE'])
      expect(email.parse(typed)).toBe('ann@alder.example')
    for (const typed of [`an${of(0x200b)}n@alder.example`, 'аnn@alder.example', `ann@alder.example${of(0x1b)}[2J`])
      expect(said(email, typed)).toBe('An e-mail address.')
  })
})

describe('what a terminal gets', () => {
  test('is what is seen, and the code of what is not', () => {
    expect(visible(`${of(0x1b)}[2J${of(13)}${of(7)}${of(0x9b)}x${of(0x202e)}é${of(0xe0041)}`)).toBe(
      '\\u001b[2J\\u000d\\u0007\\u009bx\\u202eé\\udb40\\udc41',
    )
    for (const code of unseen) expect(visible(visible(of(code)))).toMatch(/^(\\u[0-9a-f]{4})+$/)
    for (const name of seen) expect(visible(name)).toBe(name)
  })

  test('as a line of JSON means the same as before', () => {
    const value = {
      text: unseen
        .filter((code) => code !== 0xd800)
        .map((code) => of(code))
        .join(''),
    }
    expect(JSON.parse(visible(JSON.stringify(value)))).toEqual(value)
  })
})
