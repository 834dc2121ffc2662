import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** As GitHub and its like name a heading's anchor. */
const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replaceAll(/[^\w\- ]/g, '')
    .replaceAll(' ', '-')
const anchorsIn = (path: string): string[] =>
  [...readFileSync(path, 'utf8').matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => anchorOf(heading))

test('every link of the documents leads to a file and a heading that are there', () => {
  const below = readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
  const documents = ['README.md', ...below.filter((name) => name.endsWith('.md')).map((name) => join('docs', name))]
  const broken = documents.flatMap((document) => {
    const text = readFileSync(join(root, document), 'utf8')
    return [...text.matchAll(/\]\((?!\w+:)([^)#\s]*)(?:#([^)\s]+))?\)/g)].flatMap(([link, to = '', anchor]) => {
      const path = to === '' ? join(root, document) : join(root, dirname(document), to)
      const isThere = existsSync(path) && (anchor === undefined || anchorsIn(path).includes(anchor))
      return isThere ? [] : [`${document}: ${link}`]
    })
  })
  expect(documents.length).toBeGreaterThan(5)
  expect(broken).toEqual([])
})
