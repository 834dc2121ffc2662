import { HTMLElement, parse } from 'node-html-parser'

/** A field of a dictionary's layout; `group`: what each entry of the group that it counts holds. */
type Entry = { tag: number; isRequired: boolean; group: Entry[] | undefined }
type Field = { tag: number; value: string }

/**
 * What a FIX engine requires of a message by its data dictionary. Written from the dictionary's own form, sharing
 * nothing with the code that writes messages. Checks: a true length and checksum; every field known, of its type, and
 * in the header, body or trailer it belongs to; no field twice outside a group; each group with as many entries as it
 * says, and each entry in the order of the dictionary. A user-defined field (5,000 and up) may be anywhere in a body
 * outside groups.
 */
export class DictionaryChecker {
  private readonly numbers = new Map<string, number>()
  private readonly types = new Map<number, string>()
  private readonly header: Entry[]
  private readonly trailer: Entry[]
  private readonly bodies: Map<string, Entry[]>

  constructor(xml: string) {
    const root = parse(xml)
    for (const field of root.querySelectorAll('fields > field')) {
      const tag = Number(field.getAttribute('number'))
      this.numbers.set(field.getAttribute('name') ?? '', tag)
      this.types.set(tag, field.getAttribute('type') ?? '')
    }
    this.header = this.entries(root.querySelector('header'))
    this.trailer = this.entries(root.querySelector('trailer'))
    this.bodies = new Map(
      root.querySelectorAll('messages > message').map((one) => [one.getAttribute('msgtype') ?? '', this.entries(one)]),
    )
  }

  get messageTypes(): string[] {
    return [...this.bodies.keys()]
  }

  private entries(within: HTMLElement | null): Entry[] {
    if (!within) throw new Error('the dictionary lacks a part')
    return within.childNodes.flatMap((node): Entry[] => {
      if (!(node instanceof HTMLElement)) return []
      const name = node.getAttribute('name') ?? ''
      const tag = this.numbers.get(name)
      if (tag === undefined) throw new Error(`the dictionary does not define ${name}`)
      const group = node.rawTagName === 'group' ? this.entries(node) : undefined
      return [{ tag, isRequired: node.getAttribute('required') === 'Y', group }]
    })
  }

  /** Everything that is wrong with a message, a sentence each. */
  problems(frame: Buffer): string[] {
    const fields = this.fieldsOf(frame)
    if (typeof fields === 'string') return [fields]
    const type = fields[2]?.value ?? ''
    const body = this.bodies.get(type)
    if (!body) return [`message type ${type} is not defined`]
    const found = [...framing(frame, fields), ...fields.flatMap((field) => this.valueProblems(field))]
    const inHeader = this.region(fields, this.header, 0, 'the header', found)
    const inBody = this.region(fields, body, inHeader, 'the body', found)
    const end = this.region(fields, this.trailer, inBody, 'the trailer', found)
    if (end < fields.length) found.push(`${fields[end]?.tag} is out of its place`)
    return found
  }

  /** Reads the fields of a layout from one index on. @returns the index of the first other field */
  private region(fields: Field[], layout: Entry[], from: number, name: string, found: string[]): number {
    const seen = new Set<number>()
    let at = from
    for (; at < fields.length; ) {
      const { tag } = fields[at]!
      const entry = layout.find((one) => one.tag === tag)
      if (!entry && !(tag >= 5000 && name === 'the body')) break
      if (seen.has(tag)) found.push(`${tag} is there twice in ${name}`)
      seen.add(tag)
      at = entry?.group ? this.group(fields, at, entry.group, found) : at + 1
    }
    for (const { tag, isRequired } of layout)
      if (isRequired && !seen.has(tag)) found.push(`${tag} is missing in ${name}`)
    return at
  }

  /**
   * Reads the entries of a group whose counting field is at an index. @returns the index of the first field behind it
   */
  private group(fields: Field[], counting: number, layout: Entry[], found: string[]): number {
    const { tag, value } = fields[counting]!
    let at = counting + 1
    let entries = 0
    while (at < fields.length && fields[at]!.tag === layout[0]?.tag) {
      entries++
      for (let place = 0; at < fields.length; ) {
        const next = layout.findIndex((one, i) => i >= place && one.tag === fields[at]!.tag)
        if (next < 0) break
        const { group } = layout[next]!
        at = group ? this.group(fields, at, group, found) : at + 1
        place = next + 1
      }
    }
    if (`${entries}` !== value) found.push(`${tag} counts ${value} and there are ${entries} entries`)
    return at
  }

  /** Data is read by the length before it, as the dictionary has it. */
  private fieldsOf(frame: Buffer): Field[] | string {
    const text = frame.toString('latin1')
    const fields: Field[] = []
    for (let at = 0; at < text.length; ) {
      const equals = text.indexOf('=', at)
      const tag = Number(text.slice(at, equals))
      const before = fields.at(-1)
      const isData = this.types.get(tag) === 'DATA' && before && this.types.get(before.tag) === 'LENGTH'
      const end = isData ? equals + 1 + Number(before.value) : text.indexOf('\x01', equals)
      if (equals < 0 || !Number.isInteger(tag) || text[end] !== '\x01') return `no field at ${at}`
      fields.push({ tag, value: text.slice(equals + 1, end) })
      at = end + 1
    }
    return fields
  }

  private valueProblems({ tag, value }: Field): string[] {
    const type = this.types.get(tag)
    if (type === undefined) return tag >= 5000 ? [] : [`${tag} is not defined`]
    if (value === '') return [`${tag} is empty`]
    return (forms[type] ?? /^/).test(value) ? [] : [`${tag} is no ${type}: ${value}`]
  }
}

const forms: Record<string, RegExp> = {
  INT: /^\d+$/,
  LENGTH: /^\d+$/,
  NUMINGROUP: /^\d+$/,
  BOOLEAN: /^[YN]$/,
  UTCTIMESTAMP: /^\d{8}-\d\d:\d\d:\d\d(\.\d{3})?$/,
}

function framing(frame: Buffer, fields: readonly Field[]): string[] {
  const found =
    fields
      .slice(0, 3)
      .map(({ tag }) => tag)
      .join() === '8,9,35'
      ? []
      : ['8, 9 and 35 are not the first']
  const bodyAt = frame.indexOf('\x0135=') + 1
  const bodyEnd = frame.length - '10=000|'.length
  if (Number(fields[1]?.value) !== bodyEnd - bodyAt) found.push('9 is not the length')
  const sum = frame.subarray(0, bodyEnd).reduce((total, byte) => total + byte, 0) & 255
  if (fields.at(-1)?.value !== `${sum}`.padStart(3, '0')) found.push('10 is not the sum')
  return found
}
