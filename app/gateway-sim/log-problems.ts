/** How many line numbers are listed one by one. */
const told = 20

/** The parts of a log that could not be read, by line: all of them are counted, and the first ones are listed. */
export class LogProblems {
  private readonly unreadable: string[] = []
  private unreadableCount = 0
  private readonly without: number[] = []
  private withoutCount = 0

  /** A message, or what looks like a part of one, that cannot be sent. */
  cannotRead(line: number, why: string): void {
    this.unreadableCount++
    if (this.unreadable.length < told) this.unreadable.push(`line ${line}: ${why}`)
  }

  /** A line of something else: a comment, an event. */
  noMessage(line: number): void {
    this.withoutCount++
    if (this.without.length < told) this.without.push(line)
  }

  /** One sentence for each kind; none when all was read. */
  sentences(): string[] {
    const { unreadable, unreadableCount, without, withoutCount } = this
    const sentences: string[] = []
    if (unreadableCount > 0)
      sentences.push(
        `${counted(unreadableCount, 'message')} of the log could not be read: ${unreadable.join('; ')}${more(unreadableCount - unreadable.length)}`,
      )
    if (withoutCount > 0)
      sentences.push(
        `${counted(withoutCount, 'line')} of the log ${withoutCount === 1 ? 'holds' : 'hold'} no message: ${without.join(', ')}${more(withoutCount - without.length)}`,
      )
    return sentences
  }
}

const more = (count: number): string => (count > 0 ? ` and ${count} more` : '')

/** `1 message`, `2 messages`. */
export const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`
