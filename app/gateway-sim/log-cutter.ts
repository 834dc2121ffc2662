import { isUtf8 } from 'node:buffer'
import type { LogProblems } from './log-problems.ts'
import { beginningFrom, patternsOf, separatorAt, separatorWithin } from './separator.ts'

/** One message of a log, its fields ended by SOH, from 8 to 10, whether its length and checksum are true or not. */
interface CutMessage {
  readonly line: number
  readonly text: string
}

/** Characters of one message: the longest frame, whose separators may be long. */
const longest = 512 * 1024
/** Beginnings in the data or the texts of one message. */
const mostInside = 3
const soh = '\x01'

/**
 * Finds the messages in the text of a log: several on a line, one over several lines (a new line in a text), behind any
 * prefix, in JSON lines or quoted CSV. Each message's own beginning shows what separates its fields. A message ends at
 * the CheckSum(10) that its BodyLength(9) leads to; where 9 is wrong, at the first CheckSum(10) that does not belong to
 * a message inside its data. Push the text piece by piece and read what each piece completes.
 */
export class LogCutter {
  private text = ''
  private at = 0
  /** The line at `at` holds a message. */
  private isUsed = false

  /** `isOneLine`: the text is all on one line of the log, so new lines in it do not count. */
  constructor(
    private readonly problems: LogProblems,
    private line = 1,
    private readonly isOneLine = false,
  ) {}

  /** `isEnd`: no more text follows. */
  *push(text: string, isEnd: boolean): Generator<CutMessage> {
    this.text = this.text.slice(this.at) + text
    this.at = 0
    for (;;) {
      const begin = beginningFrom(this.text, this.at)
      if (begin < 0) return this.passRest(isEnd)
      this.passOver(begin)
      if (!isEnd && this.text.length - begin < separatorWithin) return
      const cut = this.cutJson(begin, isEnd) ?? this.cutAt(begin, isEnd)
      if (cut === 'more') return
      yield* cut
    }
  }

  /** A line that is a JSON object: the messages are in its strings. undefined: it is none. */
  private cutJson(begin: number, isEnd: boolean): 'more' | CutMessage[] | undefined {
    if (this.isUsed || this.isOneLine || !/^\s*\{/.test(this.text.slice(this.at, begin))) return undefined
    const newline = this.text.indexOf('\n', begin)
    if (newline < 0 && !isEnd) return this.text.length - begin < longest ? 'more' : undefined
    const end = newline < 0 ? this.text.length : newline
    const strings = stringsOf(this.text.slice(this.at, end))
    if (!strings) return undefined
    this.consume(end)
    return strings.flatMap((text) => [...new LogCutter(this.problems, this.line, true).push(text, true)])
  }

  private cutAt(begin: number, isEnd: boolean): 'more' | CutMessage[] {
    const { text } = this
    const separator = separatorAt(text, begin)
    const found = separator === undefined ? 'none' : endOf(text, begin, separator, isEnd)
    if (found === 'more') return 'more'
    this.consume(begin)
    const { line } = this
    if (found !== 'none' && separator !== undefined) {
      this.consume(found)
      return [{ line, text: withSoh(unquoted(text, begin, found, separator), separator) }]
    }
    this.problems.cannotRead(
      line,
      separator === undefined ? 'nothing separates the fields' : 'cut off before its CheckSum (10)',
    )
    this.consume(behindCutOff(text, begin))
    return []
  }

  /** No message begins in the rest: whole lines are dropped, and the last line may go on. */
  private passRest(isEnd: boolean): void {
    this.passOver(isEnd ? this.text.length : this.text.lastIndexOf('\n') + 1)
    if (isEnd) this.lineEnds(this.at, this.text.length)
    else if (this.text.length - this.at > longest) this.at = this.text.length - separatorWithin
  }

  /** Past lines on which no message begins, up to the beginning of another one. */
  private passOver(to: number): void {
    for (let end = this.text.indexOf('\n', this.at); end >= 0 && end < to; end = this.text.indexOf('\n', this.at)) {
      this.lineEnds(this.at, end)
      this.at = end + 1
    }
  }

  private lineEnds(from: number, to: number): void {
    const text = this.isUsed || this.isOneLine ? '' : this.text.slice(from, to)
    if (/(?<!\d)35=\w/.test(text)) this.problems.cannotRead(this.line, 'no BeginString (8=FIX…)')
    else if (text.trim() !== '') this.problems.noMessage(this.line)
    this.isUsed = false
    if (!this.isOneLine) this.line++
  }

  /** Everything up to `to` belongs to a message, or to the text in front of one. */
  private consume(to: number): void {
    this.isUsed = true
    if (!this.isOneLine)
      for (let at = this.text.indexOf('\n', this.at); at >= 0 && at < to; at = this.text.indexOf('\n', at + 1))
        this.line++
    this.at = to
  }
}

/**
 * Where the message that begins at `begin` ends. A trailer behind the beginning of another message counts only when
 * BodyLength(9) leads to it: then the other beginning is only words in a text.
 */
function endOf(text: string, begin: number, separator: string, isEnd: boolean): number | 'more' | 'none' {
  const { trailer } = patternsOf(separator)
  const { other, limit } = reachOf(text, begin)
  const part = text.slice(begin, Math.min(limit, begin + longest))
  let inside = beginningFrom(part, 1)
  let mayEnd = 0
  let likely = -1
  trailer.lastIndex = 0
  for (let found = trailer.exec(part); found; found = trailer.exec(part)) {
    for (; inside >= 0 && inside < found.index; inside = beginningFrom(part, inside + 1)) mayEnd--
    const end = found.index + found[0].length
    if (begin + end === text.length && !isEnd) return 'more'
    if (hasTrueLength(withSoh(part.slice(0, end), separator))) return begin + end
    if (likely < 0 && ++mayEnd > 0 && begin + end <= other) likely = begin + end
  }
  if (limit === text.length && !isEnd && text.length - begin < longest) return 'more'
  return likely < 0 ? 'none' : likely
}

/**
 * How far to look for the end of a message: another message begins at `other`; at `limit` a second one begins, or there
 * are more beginnings than can be inside of one message.
 */
function reachOf(text: string, begin: number): { other: number; limit: number } {
  let inside = 0
  let other = text.length
  for (let at = beginningFrom(text, begin + 1); at >= 0; at = beginningFrom(text, at + 1)) {
    const isSecond = isInside(text, at) ? ++inside > mostInside : other < text.length
    if (isSecond) return { other, limit: at }
    if (!isInside(text, at)) other = at
  }
  return { other, limit: text.length }
}

/** Where the next message begins that is not inside another one. */
function nextOutside(text: string, from: number): number {
  let at = beginningFrom(text, from)
  while (at >= 0 && isInside(text, at)) at = beginningFrom(text, at + 1)
  return at
}

/**
 * The connector's framer decides the same way: a beginning right behind `>` or `=` is in the data of another message,
 * `213=<RTRF>8=FIX…`.
 */
const isInside = (text: string, begin: number): boolean => text[begin - 1] === '>' || text[begin - 1] === '='

/** A message was cut off: what is read next is the next line, or another message on the same. */
function behindCutOff(text: string, begin: number): number {
  const newline = text.indexOf('\n', begin)
  const end = newline < 0 ? text.length : newline
  const next = nextOutside(text, begin + 1)
  return next >= 0 && next < end ? next : end
}

const withSoh = (text: string, separator: string): string =>
  separator === soh ? text : text.replace(patternsOf(separator).field, soh)

/** Whether BodyLength(9) leads to the CheckSum(10) at the end. */
function hasTrueLength(text: string): boolean {
  const length = text.indexOf(`${soh}9=`) + 3
  const body = text.indexOf(soh, length) + 1
  return length === text.indexOf(soh) + 3 && text.slice(length, body - 1) === `${text.length - body - '10=000'.length}`
}

/** Undoes the doubled quotes of CSV, and the backslashes in strings of JSON. */
function unquoted(text: string, begin: number, end: number, separator: string): string {
  const message = text.slice(begin, end)
  if (text[begin - 1] !== '"') return message
  return separator.startsWith('\\') ? message.replace(/\\(["\\/])/g, '$1') : message.replaceAll('""', '"')
}

/** The strings with a message in a JSON object, a character a byte; undefined: the line is not JSON. */
function stringsOf(line: string): string[] | undefined {
  let found: unknown
  try {
    const bytes = Buffer.from(line, 'latin1')
    found = JSON.parse(isUtf8(bytes) ? bytes.toString('utf8') : line)
  } catch {
    return undefined
  }
  const strings: string[] = []
  JSON.stringify(found, (_, value: unknown) => {
    if (typeof value === 'string' && beginningFrom(value, 0) >= 0)
      strings.push(Buffer.from(value, 'utf8').toString('latin1'))
    return value
  })
  return strings
}
