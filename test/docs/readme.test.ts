import { existsSync, readdirSync, statSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { documentAt, tableIn } from './tables.ts'

const document = documentAt('README.md')
const root = fileURLToPath(new URL('../..', import.meta.url))
const foldersIn = (path: string): string[] =>
  readdirSync(root + path, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [entry.name] : []))

test('the table of folders names every folder of the product, and no other', () => {
  const cells = tableIn(document, 'folder').flatMap(([cell = '']) => [...cell.matchAll(/`([^`]+)`/g)])
  const named = cells.map(([, path = '']) => path.replace('/<noun>', ''))
  expect(named.filter((path) => !existsSync(root + path))).toEqual([])
  const unnamed = foldersIn('app')
    .filter((name) => name !== 'styles')
    .filter((name) => !named.includes(`app/${name}`))
  expect(unnamed).toEqual([])
})

test('the rings of the connector are its folders', () => {
  const rings = [...document.matchAll(/^(\w+) {2,}\S.*$/gm)].map(([line]) => line)
  for (const ring of foldersIn('app/connector'))
    expect(
      rings.some((line) => new RegExp(`\\b${ring} {2}`).test(line)),
      ring,
    ).toBe(true)
})

test('the pictures are there, and small enough to load at once', () => {
  const pictures = [...document.matchAll(/(?:src|srcset)="([^"]+)"/g)].map(([, path = '']) => path)
  expect(pictures).toHaveLength(2)
  for (const path of pictures) expect(statSync(root + path).size, path).toBeLessThan(200_000)
})

test('every package takes the oldest Node of each line that package.json names, so that npm warns of none', () => {
  type Locked = { optional?: boolean; engines?: { node?: string } }
  // npm wrote both
  const { engines } = JSON.parse(documentAt('package.json')) as { engines: { node: string } }
  const { packages } = JSON.parse(documentAt('package-lock.json')) as { packages: Record<string, Locked> }
  const oldest = [...engines.node.matchAll(/\d+\.\d+\.\d+/g)].map(([version]) => version)
  expect(oldest.map((version) => Number.parseInt(version, 10))).toEqual([20, 22, 24])
  const refused = Object.entries(packages).flatMap(([path, { optional, engines: { node = '*' } = {} }]) =>
    optional ? [] : oldest.filter((version) => !takes(node, version)).map((version) => `${path} refuses ${version}`),
  )
  expect(refused).toEqual([])
})

/** Whether a range such as `^20.19.0 || >=22` takes a version: in the forms that our packages use, and no others. */
const takes = (range: string, version: string): boolean =>
  range.split('||').some((part) => {
    const bounds = [...part.matchAll(/(\^|>=|)\s*(\d[\d.x]*)/g)]
    return (
      part.trim() === '*' ||
      (bounds.length > 0 &&
        bounds.every(
          ([, sign, bound = '']) => isUpTo(bound, version) && (sign === '>=' || isSameMajor(bound, version)),
        ))
    )
  })

const numbersOf = (version: string): number[] => version.split('.').map((part) => Number.parseInt(part, 10) || 0)
const isSameMajor = (a: string, b: string): boolean => numbersOf(a)[0] === numbersOf(b)[0]

function isUpTo(bound: string, version: string): boolean {
  const [a = 0, b = 0, c = 0] = numbersOf(bound)
  const [d = 0, e = 0, f = 0] = numbersOf(version)
  return a < d || (a === d && (b < e || (b === e && c <= f)))
}
