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
