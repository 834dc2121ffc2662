import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { parseSnapshot } from '#domain/configuration/snapshot.ts'
import { documentAt } from './tables.ts'

const folder = 'docs/examples'

test.each(readdirSync(folder).filter((name) => name.endsWith('.json')))('%s is a snapshot that runs', (name) => {
  const parsed = parseSnapshot(JSON.parse(readFileSync(`${folder}/${name}`, 'utf8')))
  expect(parsed).toMatchObject({ ok: true })
})

const documents = ['README.md', 'docs/operations.md', 'docs/rules-of-engagement.md', 'docs/examples/README.md']

test.each(documents)('%s prints only commands, options and files that there are', (name) => {
  const lines = [...documentAt(name).matchAll(/\bdrop-copy(?:\.mjs)? ([a-z-]+)([^`\n|]*)/g)]
  const shared = readFileSync('app/cli/tls-options.ts', 'utf8')
  const wrong = lines.flatMap(([line, command = '', rest = '']) => {
    const file = `app/cli/${command}.ts`
    if (command === 'backup') return [] // named as missing
    if (!existsSync(file)) return [line]
    const source = readFileSync(file, 'utf8') + readFileSync(`app/cli/help/${command}.txt`, 'utf8') + shared
    const options = [...rest.matchAll(/--([a-z-]+)/g)].map(([, option = '']) => option)
    const files = [...rest.matchAll(/--config (docs\/\S+)/g)].map(([, path = '']) => path)
    const isThere = options.every((option) => new RegExp(`--${option}\\b|\\b${option}'?: \\{ type`).test(source))
    return isThere && files.every((path) => existsSync(path)) ? [] : [line]
  })
  expect(lines.length).toBeGreaterThan(0)
  expect(wrong).toEqual([])
})
