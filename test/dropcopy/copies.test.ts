import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  blankCanonical,
  type Canonical,
  canonicaliseInner,
  canonicalisePlain,
  plainOrigin,
} from '#dropcopy/canonical.ts'
import { classicCopyGrowth, classicSource, classicTarget, writeClassicCopy } from '#dropcopy/classic-copy.ts'
import { constant } from '#dropcopy/constant.ts'
import { blankSourceMessage, copyFlagOffset, readSource, type SourceMessage } from '#dropcopy/source-message.ts'
import { memoryOf } from '#fix/memory.ts'
import { Message } from '#fix/message.ts'
import { documentAt } from '#test/docs/tables.ts'
import { decoded, isSealed, wire } from '#test/fix/samples.ts'
import { DictionaryChecker } from '#test/support/dictionary-checker.ts'
import { framed, readable } from './vectors.ts'

const time = '20240304-13:00:00.000'
const origin = plainOrigin({ compId: 'CME', subId: 'G' }, 'K7T882')
const target = classicTarget({ compId: 'CME', subId: 'G' }, 'ODQ1Z9')
const source = classicSource('K7T882')

/** A source message in its canonical form, from either kind of feed; `text` is what stands behind 56. */
const dialects = {
  plain: (text: string) => {
    const frame = framed(`35=8|34=7|52=${time}|49=GW2|50=DESK|56=DROPCOPY|${text}`)
    const made = blankCanonical()
    expect(canonicalisePlain(decoded(frame), origin, memoryOf(Buffer.alloc(3000)), 11, made)).toBeUndefined()
    return made
  },
  encapsulated: (text: string) => {
    const frame = framed(`35=8|34=7|52=${time}|49=CME|50=G|56=K7T882N|${text}`)
    const made = blankCanonical()
    expect(canonicaliseInner(new Message(), decoded(frame), made)).toBeUndefined()
    expect(bytesOf(made)).toEqual(frame)
    return made
  },
}

const bytesOf = ({ bytes, start, length }: Canonical) => Buffer.from(bytes.subarray(start, start + length))

/** As it comes out of the journal, at an odd place of another buffer. */
function journaled(made: Canonical): SourceMessage {
  const { start, length, bodyAt } = made
  const kept = memoryOf(Buffer.concat([Buffer.from('xxx'), bytesOf(made), Buffer.from('yyy')]))
  return readSource(kept, 3, length, bodyAt - start, copyFlagOffset(made), blankSourceMessage())
}

/** The classic copy. */
function wholeCopyOf(message: SourceMessage): Buffer {
  const out = memoryOf(Buffer.alloc(message.bodyEnd - message.start + classicCopyGrowth))
  const terms = { targetSeqNum: 34, previous: 5, applResend: false, origSendingTime: undefined }
  const end = writeClassicCopy(out.view, 5, target, source, message, { ...terms, sendingTime: constant(time) })
  return out.bytes.subarray(5, end)
}

/** The same behind 8 9 35 34 49 50 52 56 and up to 10. */
function copyOf(message: SourceMessage): string {
  const frame = wholeCopyOf(message)
  const copy = decoded(frame)
  expect([isSealed(frame), copy.int(9)]).toEqual([true, frame.length - 7 - copy.endAt(1) - 1])
  const head = /^8=FIX\.4\.2\|9=\d+\|35=8\|34=34\|49=CME\|50=G\|52=20240304-13:00:00\.000\|56=ODQ1Z9N\|/
  expect(readable(frame)).toMatch(head)
  return readable(frame)
    .replace(head, '')
    .replace(/10=\d{3}\|$/, '')
}

const cases = readFileSync(join(import.meta.dirname, 'copies.fix'), 'utf8')
  .split('\n== ')
  .slice(1)
  .map((text) => {
    const [title = '', from = '', to = ''] = text.split('\n')
    return { title, from: from.slice(2), to: to.slice(2) }
  })

describe.each(Object.entries(dialects))('the classic copy of a message of a feed that is %s, with', (_, canonical) => {
  test.each(cases)('$title', ({ from, to }) => {
    const made = canonical(from)
    expect(copyOf(made)).toBe(to)
    expect(copyOf(journaled(made))).toBe(to)
  })
})

const ofHeader = ['115=FIRM', '116=DESK', '128=CLIENT', '129=TRADER', '144=LONDON', '145=PARIS', '347=UTF-8']
const carried = [...ofHeader, `370=${time}`, '1128=9', '1129=X', '1156=2']

describe.each(carried)('the header field %s of a source', (field) => {
  test('is on the classic copy, behind the header of its own', () => {
    for (const canonical of Object.values(dialects))
      expect(copyOf(canonical(`${field}|57=OP1|369=4|39=2|`))).toMatch(`57=OP1|369=4|${field}|1180=K7T|`)
  })
  test('is in the message that a Drop Copy 4.0 copy holds', () => {
    const encapsulated = readable(bytesOf(dialects.encapsulated(`${field}|57=OP1|39=2|`)))
    expect(encapsulated).toContain(`|56=K7T882N|${field}|57=OP1|39=2|`)
    const plain = readable(bytesOf(dialects.plain(`${field}|57=OP1|143=US,IL|39=2|`)))
    expect(plain).toContain(`|56=K7T882N|57=OP1|143=US,IL|${field}|39=2|`)
  })
  test('changes nothing of who the message is: a sender may write it anew on a resend', () => {
    expect(dialects.plain(`${field}|39=2|`).digest).toBe(dialects.plain('39=2|').digest)
  })
})

test('a message whose header leaves no room in the journal for the place of its body is none', () => {
  const frame = framed(`35=8|34=7|52=${time}|49=GW2|56=DROPCOPY|115=${'x'.repeat(65_420)}|39=2|`)
  const out = memoryOf(Buffer.alloc(70_000))
  const long = plainOrigin({ compId: 'X'.repeat(64), subId: 'G' }, 'K7T882')
  expect(canonicalisePlain(decoded(frame), long, out, 11, blankCanonical())).toBe('too-long')
})

/** What a source message may hold, each of it once: fields of the body, groups, header fields, what is a copy's own. */
const blocks = [
  '1=A|39=2|150=2|',
  '1057=Y|',
  '58=t|',
  '9717=C|',
  '20001=x|',
  '354=5|355=a|39=|',
  '453=2|448=ABC|447=D|452=1|802=1|523=desk|803=4|448=DEF|452=4|',
  '555=2|600=A|539=1|524=P|525=D|538=1|654=L1|600=B|1017=2|',
  '136=2|137=5|138=USD|891=0|137=7|891=1|',
  '711=1|311=U|887=1|888=a|889=b|',
  '1362=1|1363=x|1364=1|',
  '627=2|628=HUB|630=4|628=HUB2|',
  '115=FIRM|',
  '347=UTF-8|',
  '797=Y|',
  '1180=AAA|1181=99|',
  '1350=98|',
  '1352=Y|',
]
const checker = new DictionaryChecker(documentAt('docs/examples/quickfix/drop-copy-FIX42.xml'))

test('whatever a source message has, in whatever order, its copy is one that engines take, with all else of it once', () => {
  const some = fc.shuffledSubarray(blocks)
  fc.assert(
    fc.property(some, fc.boolean(), fc.constantFrom(...Object.values(dialects)), (own, isSigned, canonical) => {
      const made = canonical(`${own.join('')}${isSigned ? '93=1|89=s|' : ''}`)
      const frame = wholeCopyOf(journaled(made))
      expect(checker.problems(frame)).toEqual([])
      expect(frame).toEqual(wholeCopyOf(made))
      const text = readable(frame)
      for (const block of own.filter((one) => !/^(797|1180|1350|1352|453)=/.test(one)))
        expect(text.split(`|${block}`)).toHaveLength(2)
      expect(text.match(/\|(797|1180|1181|1350|453)=/g)).toHaveLength(5)
      expect(text).toContain('|448=882|447=D|452=7|')
    }),
    { numRuns: 300 },
  )
  expect(checker.problems(wire('8=FIX.4.2|9=5|35=8|10=000|'))).not.toEqual([])
})
