import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { HTMLElement, parse } from 'node-html-parser'
import { describe, expect, test } from 'vitest'
import { countEntries, endOfGroup } from '#dropcopy/groups.ts'
import { Tag } from '#fix/tags.ts'
import { decoded } from '#test/fix/samples.ts'
import { framed } from './vectors.ts'

/** Repeating groups of the messages that are copied, as an engine's dictionary has them: the tags below each. */
function groupsOf(version: string): [count: number, inside: number[]][] {
  const file = new URL(`../../node_modules/jspurefix/data/${version}.xml`, import.meta.url)
  const root = parse(readFileSync(fileURLToPath(file), 'utf8'))
  const numbers = new Map(
    root
      .querySelectorAll('fields > field')
      .map((one) => [one.getAttribute('name'), Number(one.getAttribute('number'))]),
  )
  const components = new Map(
    root.querySelectorAll('components > component').map((one) => [one.getAttribute('name'), one]),
  )
  const found = new Map<number, number[]>()
  const walk = (within: HTMLElement): number[] =>
    within.childNodes.flatMap((node): number[] => {
      if (!(node instanceof HTMLElement)) return []
      const name = node.getAttribute('name')
      if (node.rawTagName === 'component') return walk(components.get(name)!)
      const own = numbers.get(name)!
      if (node.rawTagName !== 'group') return [own]
      const inside = walk(node)
      found.set(own, inside)
      return [own, ...inside]
    })
  for (const message of root.querySelectorAll('messages > message'))
    if (['8', '9'].includes(message.getAttribute('msgtype') ?? '')) walk(message)
  return [...found]
}

describe.each(['FIX42', 'FIX43', 'FIX44'])('every group below 797 that a message of %s may carry', (version) => {
  const below = groupsOf(version).filter(([count]) => count < Tag.CopyMsgIndicator)
  test('is there', () => expect(below.length).toBeGreaterThan(0))
  test.each(below)('%i ends behind all its fields', (count, inside) => {
    const message = decoded(framed(`35=8|34=7|${count}=1|${inside.map((tag) => `${tag}=1|`).join('')}1057=Y|`))
    expect(message.tagAt(endOfGroup(message, message.find(count), message.count - 1))).toBe(1057)
  })
})

describe('a group of two parties', () => {
  const behind = (text: string) => {
    const message = decoded(framed(`35=8|453=2|${text}`))
    const at = message.find(453)
    const end = endOfGroup(message, at, message.count - 1)
    return [message.tagAt(end), countEntries(message, at, end)]
  }
  test.each([
    ['and nothing behind them', '448=A|452=1|448=B|452=1|', 10, 2],
    ['and a field of the order', '448=A|452=1|448=B|452=1|527=X|', 527, 2],
    ['with a field of the sender in the first', '448=A|9000=x|452=1|448=B|452=1|9001=y|', 9001, 2],
    ['with a field of the order in the first', '448=A|58=x|452=1|448=B|452=1|58=y|', 58, 2],
    ['with fields of the sender in the last', '448=A|448=B|9000=x|9001=y|452=1|9002=z|58=t|', 9002, 2],
    ['of which one is missing', '448=A|452=1|527=X|1057=Y|', 527, 1],
  ])('%s', (_, text, tag, entries) => expect(behind(text)).toEqual([tag, entries]))
})
