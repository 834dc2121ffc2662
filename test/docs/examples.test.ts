import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { parseSnapshot } from '#domain/configuration/snapshot.ts'

const folder = 'docs/examples'

test.each(readdirSync(folder).filter((name) => name.endsWith('.json')))('%s is a snapshot that runs', (name) => {
  const parsed = parseSnapshot(JSON.parse(readFileSync(`${folder}/${name}`, 'utf8')))
  expect(parsed).toMatchObject({ ok: true })
})
