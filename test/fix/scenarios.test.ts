import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parseScenarios, runScenario } from './scenario.ts'

const folder = join(import.meta.dirname, 'scenarios')
const files = readdirSync(folder).filter((name) => name.endsWith('.fix'))

describe.each(files)('%s', (file) => {
  for (const scenario of parseScenarios(readFileSync(join(folder, file), 'utf8'))) {
    test(scenario.title, () => runScenario(scenario))
  }
})

describe('the notation itself', () => {
  const run = (text: string) => () => parseScenarios(`== case\n${text}`).forEach(runScenario)

  test.each([
    ['an answer that does not come', 'with live in=2\n< 35=0|34=2|\n> 35=0|34=3|'],
    ['an answer that is not written down', 'with live in=2\n< 35=1|34=2|112=X|'],
    ['another value', 'with live in=2 out=3\n< 35=1|34=2|112=X|\n> 35=0|34=3|112=Y|'],
    ['a field too many', 'with live in=2 out=3\n< 35=1|34=2|112=X|\n> 35=0|34=3|'],
    ['another order', 'with live in=2 out=3\n< 35=1|34=2|112=X|\n> 34=3|35=0|112=X|'],
  ])('notices %s', (_, text) => expect(run(text)).toThrow('line'))

  test('every file holds cases', () => expect(files.length).toBeGreaterThan(5))
})
