import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const root = join(import.meta.dirname, '..', '..')
const files = (dir: string): string[] =>
  readdirSync(join(root, dir)).flatMap((name) => {
    const path = `${dir}/${name}`
    return statSync(join(root, path)).isDirectory() ? files(path) : [path]
  })

test('only commands use the portal’s own sight: pages, queries and the HTTP layer see what the person may see', () => {
  const users = ['app', 'db']
    .flatMap(files)
    .filter((path) => /\.tsx?$/.test(path) && /\basSystem\(/.test(readFileSync(join(root, path), 'utf8')))
  const others = users.filter((path) => !path.startsWith('app/services/') && path !== 'db/client.ts')
  expect(others).toEqual([])
  expect(users.length).toBeGreaterThan(1)
})
