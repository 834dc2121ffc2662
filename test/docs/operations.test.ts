import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { alarmCodes } from '#domain/alarm/codes.ts'
import { deliveryWords } from '#domain/status/state.ts'
import { reportedFeedStates, reportedTargetStates } from '#domain/status/words.ts'
import { filterReasons } from '#dropcopy/eligible.ts'
import { documentAt, tableIn } from './tables.ts'

const document = documentAt('docs/operations.md')
const app = fileURLToPath(new URL('../../app/', import.meta.url))
const noteCodes = /type NoteCode =([\s\S]*?)\n\n/.exec(readFileSync(`${app}fix/session-state.ts`, 'utf8'))?.[1] ?? ''
const quoted = (cell = ''): string[] => [...cell.matchAll(/`([a-z][\w-]*)`/g)].map(([, name = '']) => name)

/** The text under a heading of level 2, up to the next one. */
const section = (heading: string): string =>
  document.split(/^(?=## )/m).find((part) => part.startsWith(`## ${heading}\n`)) ?? ''

describe('the contents list', () => {
  const entries = [...section('Contents').matchAll(/\[([^\]]+)\]\(#([^)]+)\)/g)]
  const headings = [...document.matchAll(/^## (.+)$/gm)].map(([, heading = '']) => heading)

  test('names every part in its order', () => {
    expect(entries.map(([, name]) => name)).toEqual(headings.filter((heading) => heading !== 'Contents'))
  })
  test('leads to each of them', () => {
    const anchors = headings.map((heading) =>
      heading
        .toLowerCase()
        .replaceAll(/[^\w\- ]/g, '')
        .replaceAll(' ', '-'),
    )
    expect(entries.map(([, , anchor]) => anchor)).toEqual(anchors.filter((anchor) => anchor !== 'contents'))
  })
})

describe('what the person on call reads first', () => {
  const rows = tableIn(section('The page is red: do this'), 'you see')

  test('has a row for every alarm that the connector raises', () => {
    expect(rows.flatMap(([seen]) => quoted(seen)).sort()).toEqual([...alarmCodes].sort())
  })
  test('says for every symptom what it means and what to do', () => {
    for (const [seen, ...cells] of rows)
      expect(
        cells.filter((cell) => cell === ''),
        seen,
      ).toEqual([])
  })
})

describe('what the person on call reads then', () => {
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
    ['targets', reportedTargetStates],
    ['feeds', reportedFeedStates],
    ['copies_filtered_total', [...filterReasons, 'revoked']],
  ] as const)('names every value that a line of %s can have', (name, values) => {
    const says = metrics.find(([cell = '']) => cell.includes(`\`${name}\``))?.[2]
    expect(quoted(says)).toEqual([...values])
  })

  const sources = readdirSync(app, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.tsx?$/.test(name))
    .map((name) => readFileSync(`${app}${name}`, 'utf8'))
  const found = (pattern: RegExp) => [
    ...new Set(sources.flatMap((text) => [...text.matchAll(pattern)].map(([, it]) => it))),
  ]

  test('explains every line of the log that has a text of its own, and no other', () => {
    const explained = tableIn(document, 'line').flatMap(([cell = '']) =>
      [...cell.matchAll(/`([^`]+)`/g)].map(([, it]) => it),
    )
    const written = found(/\b(?:log|reportError)\.(?:info|warn|error|fatal)\((?:[^()'`]|\([^()]*\))*?['`]([^'`$]+)/g)
    expect(written.length).toBeGreaterThan(30)
    expect([...explained, 'request'].sort()).toEqual(written.sort())
  })
  test('explains every code that something in a session is logged with', () => {
    const codes = [
      ...found(/\bnote\(\s*(?:turn|'feed'|'target')(?:, \w+\.name)?, '([a-z-]+)'/g),
      ...found(/this\.note\('([a-z-]+)'/g),
      ...found(/^ {2}\| '([a-z-]+)'$/gm).filter((code) => noteCodes.includes(`'${code}'`)),
    ]
    expect(codes).toContain('rival')
    expect(
      tableIn(document, 'code of a session')
        .flatMap(([code]) => quoted(code))
        .sort(),
    ).toEqual([...new Set(codes)].sort())
  })
})
