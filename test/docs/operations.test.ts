import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { alarmCodes } from '#connector/reports/alarms.ts'
import { feedStates, targetStates } from '#connector/reports/observed-state.ts'
import { deliveryWords } from '#domain/status/state.ts'
import { filterReasons } from '#dropcopy/eligible.ts'
import { documentAt, tableIn } from './tables.ts'

const document = documentAt('docs/operations.md')
const quoted = (cell = ''): string[] => [...cell.matchAll(/`([a-z][\w-]*)`/g)].map(([, name = '']) => name)

describe('what whoever is on call reads', () => {
  test('explains every state word, worst first as pages order them', () => {
    expect(tableIn(document, 'word').map(([word]) => word)).toEqual([...deliveryWords])
  })
  test('explains every alarm that the connector raises, and what to do', () => {
    const rows = tableIn(document, 'code')
    expect(rows.flatMap(([code]) => quoted(code))).toEqual([...alarmCodes])
    expect(rows.filter(([, , todo = '']) => todo === '')).toEqual([])
  })

  const metrics = tableIn(document, 'metric')
  test('explains every metric that the connector answers with, and no other', () => {
    const source = readFileSync(new URL('../../app/connector/reports/metrics.ts', import.meta.url), 'utf8')
    const names = [...source.matchAll(/metric\(\s*'(?:counter|gauge|histogram)',\s*'(\w+)'/g)].map(([, name]) => name)
    expect(names.length).toBeGreaterThan(20)
    expect(metrics.flatMap(([name]) => quoted(name)).sort()).toEqual(names.sort())
  })
  test.each([
    ['targets', targetStates],
    ['feeds', feedStates],
    ['copies_filtered_total', [...filterReasons, 'revoked']],
  ] as const)('names every value that a line of %s can have', (name, values) => {
    const says = metrics.find(([cell = '']) => cell.includes(`\`${name}\``))?.[2]
    expect(quoted(says)).toEqual([...values])
  })
})
