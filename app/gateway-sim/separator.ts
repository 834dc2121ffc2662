/**
 * Where a message begins: not behind a digit, as in `58=FIX.4.2`, except one that ends a separator or a CheckSum(10).
 */
const beginning = /(?:(?<!\d)|(?<=\\x01|\\u0001|\\00?1|%01|10=\d{3}))8=FIXT?\.\d\.\d/g

/** Characters from the beginning of a message within which its first separator ends. */
export const separatorWithin = 40

/**
 * What people and tools write for SOH, or else signs that are not letters: a bar, a tab, a semicolon, ` | `, a new
 * line.
 */
const firstSeparator =
  /8=FIXT?\.\d\.\d(?:SP\d)?(\s*(?:\^A|<SOH>|\[SOH\]|\{SOH\}|\(SOH\)|<(?:0x)?01>|\\+(?:x01|u0001|001|01)|%01|&#x?0*1;)\s*|[^0-9A-Za-z=]{1,8})\d{1,3}=/iy

type Patterns = { separator: string; field: RegExp; trailer: RegExp }

/** The separator that was last asked for: a log usually has one. */
let patterns: Patterns | undefined

/** Where the next message begins at or behind `from`; -1: nowhere. */
export function beginningFrom(text: string, from: number): number {
  beginning.lastIndex = from
  return beginning.exec(text)?.index ?? -1
}

/**
 * The separator of the message at `at`, judged by what follows its BeginString; undefined: nothing there could be one.
 */
export function separatorAt(text: string, at: number): string | undefined {
  firstSeparator.lastIndex = at
  return firstSeparator.exec(text)?.[1]
}

/**
 * `field`: the separator where it ends a field. One that can be typed may also be part of a value: then neither a tag
 * follows it nor the end of data with a message in it. `trailer`: the CheckSum(10) behind a separator.
 */
export function patternsOf(separator: string): Patterns {
  if (patterns?.separator === separator) return patterns
  const exact = separator.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
  patterns = {
    separator,
    field: new RegExp(`${exact}(?=\\d{1,9}=|</)`, 'g'),
    trailer: new RegExp(`${exact}10=(?:\\d{3}(?=8=FIX)|\\d{1,3}(?!\\d))`, 'g'),
  }
  return patterns
}
