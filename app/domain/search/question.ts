import { comparable } from '../text.ts'

/** Characters of what is looked for. */
export const longestQuestion = 100

/** What somebody looks for, in the forms in which names, identifiers and numbers are compared. */
export type Question = {
  /** as typed, without what cannot be seen */
  typed: string
  /** for names, wherever they hold it */
  name: string
  /** for identifiers of letters and digits, from their beginning; null: no identifier can begin so */
  code: string | null
  /** for numbers of requests; null: it is no number */
  number: number | null
}

type Read = { question: Question } | { question: null; why: 'blank' | 'too-long' }

/** Reads what was typed; every text is allowed. */
export function readQuestion(typed: string): Read {
  if (typed.length > 4 * longestQuestion) return { question: null, why: 'too-long' }
  const seen = typed.replace(/[\p{Cc}\p{Cf}\p{Cs}\s]+/gu, ' ').trim()
  if (seen === '') return { question: null, why: 'blank' }
  if ([...seen].length > longestQuestion) return { question: null, why: 'too-long' }
  return { question: { typed: seen, name: comparable(seen), code: codeOf(seen), number: numberOf(seen) } }
}

/**
 * An identifier as it is stored: capitals, without the blanks, dashes and slashes with which forms write `K7T 882`. A
 * SenderCompID ends in a seventh character, its fault tolerance indicator, which no name here has.
 */
function codeOf(seen: string): string | null {
  const code = seen.toUpperCase().replace(/[\s\-_/.]/g, '')
  return /^[A-Z0-9]{1,6}[A-Z]?$/.test(code) ? code.slice(0, 6) : null
}

function numberOf(seen: string): number | null {
  const [, digits] = /^#?\s?([1-9]\d{0,8})$/.exec(seen) ?? []
  return digits === undefined ? null : Number(digits)
}
