import fs, { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { openConnectorLog } from '#app/cli/connector-log.ts'
import { aligned } from '#app/cli/session-list.ts'
import { print, printAll, printNote } from '#app/cli/terminal.ts'
import { openLog } from '#app/host/log.ts'

const hostile = '\x1b[2J\r\x07\x9b31m\u202e'
const shown = '\\u001b[2J\\u000d\\u0007\\u009b31m\\u202e'
afterEach(() => vi.restoreAllMocks())

describe('what a command prints', () => {
  test('is what others wrote with nothing in it that a terminal obeys', async () => {
    const out = vi.spyOn(console, 'log').mockImplementation(() => undefined)
    const notes = vi.spyOn(console, 'error').mockImplementation(() => undefined)
    const written = vi.spyOn(process.stdout, 'write').mockImplementation(() => true)
    print(hostile)
    printNote(`${hostile}\nforged`)
    await printAll([hostile, 'next'])
    expect([out.mock.calls, notes.mock.calls, written.mock.calls]).toEqual([
      [[shown]],
      [[`${shown}\\u000aforged`]],
      [[`${shown}\nnext\n`]],
    ])
  })

  test('goes through one file', () => {
    const folder = join(import.meta.dirname, '../../app/cli')
    const says = /\bconsole\.(log|info|warn|error)|\bstd(out|err)\.write/
    const files = readdirSync(folder).filter((name) => name.endsWith('.ts'))
    expect(files.filter((name) => says.test(readFileSync(join(folder, name), 'utf8')))).toEqual(['terminal.ts'])
  })

  test('is aligned by what is printed', () =>
    expect(
      aligned([
        ['a\x1b', 'b'],
        ['name', 'c'],
      ]),
    ).toEqual(['a\\u001b  b', 'name     c']))
})

test.each([
  ['portal', openLog],
  ['connector', openConnectorLog],
])('a line of the %s log is one line of JSON that a terminal does not obey', (_, open) => {
  const lines: string[] = []
  const log = open('info')
  const write = vi.spyOn(fs, 'writeSync').mockImplementation(((_fd: number, text: string) => {
    lines.push(text)
    return Buffer.byteLength(text)
  }) as never) // one of its overloads
  log.info({ claimed: hostile }, `from ${hostile}`)
  write.mockRestore()
  expect(lines).toHaveLength(1)
  expect(lines[0]).toMatch(/^[\x20-\x7e]*\n$/)
  expect(JSON.parse(lines[0]!)).toMatchObject({ claimed: hostile, msg: `from ${hostile}` })
})
