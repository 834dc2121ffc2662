import { z } from 'zod'

/**
 * Characters that a reader does not see and a terminal may obey: controls, separators of lines, marks that turn the
 * direction of reading, characters of no width or no ink, halves of a character. A name that holds one is not the name
 * that it is taken for.
 */
const unseen = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800]/gu
/** What a text of several lines may hold all the same. */
const ofLines = /^[\t\n\r]$/

/**
 * For a terminal or a log: each unseen character as its code, `\u001b`, which in a line of JSON means the same
 * character.
 */
export const visible = (text: string): string => text.replace(unseen, escaped)

const escaped = (character: string): string =>
  character
    .split('')
    .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .join('')

/** Removes unseen characters from a text that was saved before they were refused. */
export function withoutUnseen(value: unknown): unknown {
  if (typeof value === 'string') return value.replace(unseen, (found) => (ofLines.test(found) ? found : ''))
  if (Array.isArray(value)) return value.map(withoutUnseen)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, withoutUnseen(one)]))
}

/** A name in the form that is compared: names that look the same, or differ only in capitals, become equal. */
export const comparable = (name: string): string => name.normalize('NFKC').toLowerCase()

/**
 * One line that other people read: the name of a person, a firm, a group. Every kind of blank becomes an ordinary one.
 */
export const line = (max: number) => seen(max, () => false)

/** The same in several lines: a reason, a note. */
export const text = (max: number) => seen(max, (character) => ofLines.test(character))

const seen = (max: number, isAllowed: (character: string) => boolean) =>
  z
    .string()
    .overwrite((typed) => typed.replace(/\p{Zs}/gu, ' '))
    .trim()
    .max(max, `At most ${max} characters.`)
    .superRefine((typed, context) => {
      const found = typed.match(unseen)?.find((character) => !isAllowed(character))
      if (found !== undefined) context.addIssue({ code: 'custom', message: complaint(found) })
    })

function complaint(found: string): string {
  if (ofLines.test(found)) return 'One line of text.'
  const code = (found.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')
  return `Holds a character that cannot be seen (U+${code}). Type the text here instead of pasting it.`
}
