import type { FoundDamage } from '#journal/journal.ts'
import type { Alarms } from './alarms.ts'

type Stretch = { from: number; to: number }

/** The messages that a running connector could not read from its journal, by stream, until it is started again. */
export class DamageMet {
  /** By stream. */
  private readonly numbers = new Map<string, Stretch[]>()
  private parts = 0

  constructor(
    private readonly alarms: Alarms,
    private readonly nameOf: (stream: number) => string,
  ) {}

  /** Answers in words which messages of which streams this damage holds. */
  add({ messages }: FoundDamage): string {
    this.parts++
    const here = new Map<string, Stretch[]>()
    for (const { stream, number } of messages) {
      const name = this.nameOf(stream)
      note(here, name, number)
      note(this.numbers, name, number)
    }
    const says = this.parts === 1 ? 'A part of the journal is' : `${this.parts} parts of the journal are`
    this.alarms.raise('damaged', 'connector', '', `${says} damaged.`)
    for (const name of here.keys()) {
      const numbers = textOf(this.numbers.get(name) ?? [])
      this.alarms.raise('lost', 'source', name, `${name}: ${numbers} damaged in the journal, not to be sent again`)
    }
    return [...here].map(([name, stretches]) => `${name} ${textOf(stretches)}`).join('; ')
  }
}

function note(all: Map<string, Stretch[]>, name: string, number: number): void {
  const stretches = all.get(name)
  const last = stretches?.at(-1)
  if (last && number >= last.from && number <= last.to + 1) last.to = Math.max(last.to, number)
  else if (stretches) stretches.push({ from: number, to: number })
  else all.set(name, [{ from: number, to: number }])
}

const named = 5

function textOf(stretches: readonly Stretch[]): string {
  const isOne = stretches.length === 1 && stretches[0]?.from === stretches[0]?.to
  const texts = stretches.map(({ from, to }) => (from === to ? `${from}` : `${from} to ${to}`))
  const more = texts.length > named ? ` and ${texts.length - named} stretches more` : ''
  return `${isOne ? 'number' : 'numbers'} ${texts.slice(0, named).join(', ')}${more}`
}
