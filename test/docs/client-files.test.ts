import { readdirSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { fieldNames, fieldTypes } from '#domain/client-files/fields.ts'
import { entriesOf, header, type LayoutEntry, messages, trailer } from '#domain/client-files/messages.ts'
import { copyTags, trailerTags } from '#dropcopy/arrangement.ts'
import { endOfGroup, groupTags, sidesTag } from '#dropcopy/groups.ts'
import { carriedTags } from '#dropcopy/standard-header.ts'
import { encode } from '#fix/encode.ts'
import { fieldViolation } from '#fix/field-rules.ts'
import { headerFields, type Identity } from '#fix/header.ts'
import { Reason } from '#fix/reasons.ts'
import { isKnownType, isSessionType, MsgType, Tag } from '#fix/tags.ts'
import { acceptor } from '#test/fix/pretend-driver.ts'
import { decoded, examples, readable, wire } from '#test/fix/samples.ts'
import { DictionaryChecker } from '#test/support/dictionary-checker.ts'
import { exampleFiles } from './client-files.ts'
import { documentAt } from './tables.ts'

const folder = 'docs/examples/quickfix'

describe(folder, () => {
  test('holds the files and their notes, and nothing else', () => {
    expect(readdirSync(folder).sort()).toEqual([...Object.keys(exampleFiles), 'README.md'].sort())
  })
  test.each(Object.entries(exampleFiles))('%s is what the tables make', (name, text) => {
    expect(documentAt(`${folder}/${name}`)).toBe(text)
  })
  test('names every setting of a client in the notes', () => {
    const notes = documentAt(`${folder}/README.md`)
    const settings = Object.values(exampleFiles).flatMap((text) =>
      [...text.matchAll(/^([A-Z]\w+?)1?=/gm)].map(([, name = '']) => name),
    )
    const plain = new Set([
      'BeginString',
      'ConnectionType',
      'SenderCompID',
      'TargetCompID',
      'FileStorePath',
      'FileLogPath',
    ])
    expect([...new Set(settings)].filter((name) => !plain.has(name) && !notes.includes(`\`${name}`))).toEqual([])
  })
})

const tagsOf = (entries: readonly LayoutEntry[]): number[] =>
  entries.flatMap(({ tag, fields }) => [tag, ...tagsOf(fields ?? [])])
const groupsOf = (entries: readonly LayoutEntry[]): LayoutEntry[] =>
  entries.flatMap((entry) => (entry.fields ? [entry, ...groupsOf(entry.fields)] : []))
const layoutOf = (type: string) => entriesOf(messages.find((one) => one.type === type)?.fields ?? '')
const known = new Set([
  ...tagsOf(entriesOf(`${header} ${trailer}`)),
  ...messages.flatMap(({ fields }) => tagsOf(entriesOf(fields))),
])

/** Every header field that one of the layouts has; PossResend(97) is written by the copy itself. */
const headerTags: number[] = [
  Tag.PossResend,
  ...(['classic-server', 'dc4-server', 'client'] as const).flatMap((layout) => {
    const [senderCompId, targetCompId, senderSubId, targetSubId, senderLocationId] = ['CME', 'P4TGT1N', 'G', 'R1', 'US']
    const identity: Identity = { layout, senderCompId, targetCompId, senderSubId, targetSubId, senderLocationId }
    const values = { seqNum: 1, sendingTimeMs: 0, lastProcessed: 0, peerLocationId: 'US', origSendingTimeMs: 0 }
    return headerFields(identity, '8', values).map(([tag]) => tag)
  }),
]

describe('the dictionary knows what the code writes and reads', () => {
  test('no field that nobody has', () => {
    expect([...fieldNames.keys(), ...fieldTypes.keys()].filter((tag) => !known.has(tag))).toEqual([])
  })
  test('every message type of it, and which are of the session', () => {
    expect(messages.map(({ type }) => type).sort()).toEqual(Object.values(MsgType).sort())
    expect(messages.every(({ type, isSession }) => isKnownType(type) && isSessionType(type) === isSession)).toBe(true)
  })
  test.each(Object.entries(Tag))('the field %s', (name, tag) => {
    expect([fieldNames.get(tag), known.has(tag)]).toEqual([name, true])
  })
  test('every header field of what we send, of a copy too', () => {
    const own = new Set([Tag.BeginString, Tag.BodyLength, ...headerTags, ...carriedTags])
    expect(new Set(tagsOf(entriesOf(header)))).toEqual(own)
  })
  test('the tags that a copy has of its own', () => {
    const copy = new Set(tagsOf(layoutOf('8')))
    expect([...copyTags, 448, 447, 452, 453].filter((tag) => !copy.has(tag))).toEqual([])
    expect(trailerTags.every((tag) => fieldNames.has(tag))).toBe(true)
  })
  test('of each session message the fields that we accept in one, and no other', () => {
    for (const { type } of messages.filter((one) => one.isSession && one.type !== 'A')) {
      const own = new Set(tagsOf(layoutOf(type)))
      const wrong = [...known].filter((tag) => {
        if (carriedTags.includes(tag) || headerTags.includes(tag)) return false
        const message = decoded(
          encode([
            [35, type],
            [34, 7],
            [49, 'ODQ1Z9N'],
            [56, 'CME'],
            [tag, 'Y'],
          ]),
        )
        const isRefused = fieldViolation(acceptor('cme'), message)?.reason === Reason.notForType
        return own.has(tag) === isRefused
      })
      expect([type, wrong.filter((tag) => ![8, 9, 10, 35, 89, 93].includes(tag) && tag <= 446)]).toEqual([type, []])
    }
  })
  test('the repeating groups of a source message, each with the fields that never get 797 between them', () => {
    const groups = [...groupsOf(entriesOf(header)), ...groupsOf(layoutOf('8'))]
    expect(groupTags.filter((tag) => !groups.some((one) => one.tag === tag))).toEqual([sidesTag])
    for (const { tag, fields } of groups.filter((one) => one.tag < Tag.CopyMsgIndicator)) {
      const inside = tagsOf(fields ?? [])
      const text = `8=FIX.4.2|9=5|35=8|34=7|${tag}=1|${inside.map((one) => `${one}=1|`).join('')}1057=Y|10=000|`
      const message = decoded(wire(text))
      const at = message.find(tag, 4)
      expect([tag, message.tagAt(endOfGroup(message, at, message.count - 1))]).toEqual([tag, 1057])
    }
  })
})

describe('what an engine that keeps to the dictionary says of', () => {
  const checker = new DictionaryChecker(exampleFiles['drop-copy-FIX42.xml'] ?? '')
  test.each([...examples])('the specification’s example %s: nothing is wrong', (_, text) => {
    expect(checker.problems(wire(text))).toEqual([])
  })

  const copy = examples.get('C6') ?? ''
  const changed = (from: string, to: string) => {
    expect(copy).toContain(from)
    const fields = readable(encode(fieldsOf(copy.replace(from, to))))
    return checker.problems(wire(fields))
  }
  const fieldsOf = (text: string) =>
    text
      .split('|')
      .slice(2, -2)
      .map((field) => [Number(field.slice(0, field.indexOf('='))), field.slice(field.indexOf('=') + 1)] as const)

  test.each([
    ['a tag that nobody defines', '|1057=Y|', '|1057=Y|4999=x|', ['4999 is not defined']],
    [
      'a tag of another message',
      '|1057=Y|',
      '|1057=Y|1346=x|',
      ['1346 is out of its place', '10 is missing in the trailer'],
    ],
    ['a tag twice', '|1057=Y|', '|1057=Y|31=1|', ['31 is there twice in the body']],
    [
      'a header field in the body',
      '|1057=Y|',
      '|115=F|1057=Y|',
      ['115 is out of its place', '10 is missing in the trailer'],
    ],
    ['a required field left out', '|797=Y|', '|', ['797 is missing in the body']],
    ['a second group of parties', '|1057=Y|', '|453=1|448=A|1057=Y|', ['453 is there twice in the body']],
    ['a group with a wrong count', '|453=1|', '|453=2|', ['453 counts 2 and there are 1 entries']],
    ['a group in another order', '448=882|447=D', '447=D|448=882', ['453 counts 1 and there are 0 entries']],
    ['a tag inside a group that is none of it', '|447=D|', '|447=D|31=1|', ['31 is there twice in the body']],
    ['an empty field', '|1057=Y|', '|1057=|', ['1057 is empty']],
    ['a number that is none', '|1181=121|', '|1181=x|', ['1181 is no INT: x']],
    ['a signature before the body’s end', '|1057=Y|', '|93=1|89=x|1057=Y|', ['1057 is out of its place']],
    ['a type that nobody defines', '|35=8|', '|35=AE|', ['message type AE is not defined']],
  ])('%s', (_, from, to, problems) => expect(changed(from, to)).toEqual(expect.arrayContaining(problems)))

  test('a wrong length and a wrong checksum', () => {
    expect(checker.problems(wire(copy.replace(/\|9=\d+\|/, '|9=7|').replace(/\|10=\d+\|/, '|10=999|')))).toEqual([
      '9 is not the length',
      '10 is not the sum',
    ])
  })
})
