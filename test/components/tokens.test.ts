import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'

const css = readFileSync(new URL('../../app/styles/tokens.css', import.meta.url), 'utf8')
const tokens = new Map(
  [...css.matchAll(/--([\w-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)/g)].map(
    ([, name, light, dark]) => [name!, { light: light!, dark: dark! }] as const,
  ),
)

/** Relative luminance of sRGB, WCAG 2. */
function luminance(hex: string): number {
  const [r, g, b] = [1, 3, 5]
    .map((at) => Number.parseInt(hex.slice(at, at + 2), 16) / 255)
    .map((c) => (c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4))
  return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!
}

function contrast(a: string, b: string): number {
  const [dark, light] = [luminance(a), luminance(b)].sort((x, y) => x - y)
  return (light! + 0.05) / (dark! + 0.05)
}

const grounds = ['page', 'surface', 'sunken']
const quantities = ['received', 'delivered', 'waiting']
const states = ['green', 'blue', 'grey', 'amber', 'violet', 'red']
const texts = ['text', 'muted', 'accent', 'accent-strong', ...states, ...quantities]
const pairs: [string, string, number][] = [
  ...texts.flatMap((text) => grounds.map((ground): [string, string, number] => [text, ground, 4.5])),
  ...['green', 'blue', 'amber', 'violet', 'red'].map((tone): [string, string, number] => [tone, `${tone}-soft`, 4.5]),
  ...['green', 'blue', 'amber', 'violet', 'red'].flatMap((tone) =>
    ['text', 'muted', 'accent'].map((text): [string, string, number] => [text, `${tone}-soft`, 4.5]),
  ),
  ['accent-strong', 'accent-soft', 4.5],
  ['on-accent', 'accent', 4.5],
  ['on-accent', 'accent-strong', 4.5],
  ['on-red', 'red', 4.5],
  ...grounds.map((ground): [string, string, number] => ['edge', ground, 3]),
]

test('every token has both themes', () => {
  expect(tokens.size).toBe([...css.matchAll(/^ {2}--/gm)].length)
})

describe.each(['light', 'dark'] as const)('the %s theme', (theme) => {
  test.each(pairs)('%s on %s has a contrast of at least %d', (front, ground, least) => {
    expect(contrast(tokens.get(front)![theme], tokens.get(ground)![theme])).toBeGreaterThanOrEqual(least)
  })
})

test('a component names tokens, never a colour of its own', () => {
  const app = readFileSync(new URL('../../app/styles/app.css', import.meta.url), 'utf8')
  expect(app.match(/#[0-9a-f]{3,8}\b/gi) ?? []).toEqual([])
})
