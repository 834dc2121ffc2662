import { describe, expect, test } from 'vitest'
import { longestQuestion, readQuestion } from '#domain/search/question.ts'

const codeOf = (typed: string) => readQuestion(typed).question?.code
const numberOf = (typed: string) => readQuestion(typed).question?.number

describe('what somebody looks for', () => {
  test('is a name in small letters, whatever it holds', () => {
    expect(readQuestion('  Desk   7 ').question).toMatchObject({ typed: 'Desk 7', name: 'desk 7' })
    for (const typed of ['%', '_', '\\', "'", '🙂', 'مكتب ٧', '100% _desk\\'])
      expect(readQuestion(typed).question).toMatchObject({ typed, name: typed.toLowerCase(), number: null })
  })

  test('is an identifier in each of its ways of writing', () => {
    for (const typed of ['K7T882', 'k7t882', 'K7T 882', 'K7T-882', 'K7T/882', 'K7T882N', ' k7t 882n ']) {
      expect([typed, codeOf(typed)]).toEqual([typed, 'K7T882'])
    }
    expect(codeOf('K7')).toBe('K7')
    // no Session ID with Firm ID is longer, and a fault tolerance indicator is a letter
    for (const typed of ['K7T8821', 'K7T882NN', 'Ä7T', '%', 'desk seven']) expect(codeOf(typed)).toBeNull()
  })

  test('is a number of a request, with or without its sign', () => {
    expect(['12', '#12', '# 12', '012', '0', '1234567890', '1.5', '-1'].map(numberOf)).toEqual([
      12,
      12,
      12,
      null,
      null,
      null,
      null,
      null,
    ])
  })

  test('is nothing where it is blank or holds only what cannot be seen', () => {
    for (const typed of ['', '   ', '\0', '\t\n', '\u200b\u202e']) {
      expect(readQuestion(typed)).toEqual({ question: null, why: 'blank' })
    }
    expect(readQuestion('De\0sk').question?.typed).toBe('De sk')
  })

  test('is too long where no name is as long', () => {
    expect(readQuestion('x'.repeat(longestQuestion)).question).not.toBeNull()
    for (const typed of ['x'.repeat(longestQuestion + 1), 'x'.repeat(10_000)]) {
      expect(readQuestion(typed)).toEqual({ question: null, why: 'too-long' })
    }
  })
})
