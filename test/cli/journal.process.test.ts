import { execFile } from 'node:child_process'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { client, gateway, password, snapshot, start, temporaryDirectory } from '#test/support/connector.ts'
import { envelop, sourceFill } from '#test/support/source-flow.ts'

const commandLine = fileURLToPath(new URL('../../app/cli/drop-copy.mjs', import.meta.url))

function journal(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [commandLine, 'journal', ...args], (_, out, err) =>
      resolve({ code: child.exitCode ?? -1, out, err }),
    )
  })
}

describe('drop-copy journal', () => {
  test('reads the journal of a connector that runs: what came, what was delivered, how much', async () => {
    const connector = await start(snapshot())
    const gw = await gateway(connector.feedPort)
    gw.logon()
    await gw.message('A')
    const peer = await client(connector.targetPort)
    peer.logon(password('secret'))
    for (const n of [1, 2, 4]) envelop(gw, sourceFill('K7T882', n))
    envelop(gw, sourceFill('M3P882', 9))
    await peer.message('8', 4)
    const all = await journal('cat', connector.data, '--json')
    expect(all.code).toBe(0)
    expect(all.out).not.toContain('secret')
    const records = all.out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    const messages = records.filter(({ type }) => type === 'message')
    expect(messages.map(({ source, number, feed }) => `${feed} ${source} ${number}`)).toEqual([
      'gw1 K7T882 1',
      'gw1 K7T882 2',
      'gw1 K7T882 4',
      'gw1 M3P882 9',
    ])
    const numbers = peer.of('8').map(({ seqNum }) => seqNum)
    const some = await journal('cat', connector.data, '--target', 'ODQ1Z9', '--source', 'K7T882', '--json')
    const copies = some.out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
      .flatMap(({ copies = [] }) => copies)
    expect(copies).toEqual([
      { number: numbers[0], source: 'K7T882', sourceNumber: 1, previous: 0 },
      { number: numbers[1], source: 'K7T882', sourceNumber: 2, previous: 1 },
      { number: numbers[2], source: 'K7T882', sourceNumber: 4, previous: 2 },
    ])
    const text = await journal('cat', connector.data, '--source', 'M3P882')
    expect(text.out).toMatch(/ message M3P882 1\/9 fill from gw1 \d+ 8=FIX.4.2\|/)
    const early = await journal('cat', connector.data, '--to', '2020-01-01T00:00:00Z')
    expect(early).toMatchObject({ code: 0, out: '' })
    const stat = JSON.parse((await journal('stat', connector.data, '--json')).out)
    expect(stat).toMatchObject({
      segments: 1,
      messages: 4,
      copies: 4,
      damaged: 0,
      week: connector.worker.core.state.data.week,
    })
    expect(await journal('verify', join(connector.data, 'journal'))).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^1 segments, \d+ batches: all right\n$/),
    })
  })

  test('says which file is damaged and where, and ends with 1', async () => {
    const connector = await start(snapshot())
    await connector.stop()
    const dir = join(connector.data, 'journal')
    const name = readdirSync(dir).find((one) => one.endsWith('.segment'))!
    const bytes = readFileSync(join(dir, name))
    bytes.writeUInt8(bytes.readUInt8(40) ^ 1, 40)
    writeFileSync(join(dir, name), bytes)
    const { code, out } = await journal('verify', connector.data)
    expect(code).toBe(1)
    expect(out).toMatch(new RegExp(`^${name} offset 0, \\d+ bytes: batch 1 is damaged\n`))
  })

  test('refuses what it cannot do', async () => {
    const empty = temporaryDirectory()
    expect(await journal('verify', empty)).toMatchObject({
      code: 1,
      err: expect.stringContaining('there is no journal'),
    })
    expect(await journal('count', empty)).toMatchObject({ code: 2 })
    expect(await journal('cat', empty, '--from', 'yesterday')).toMatchObject({ code: 2 })
  })
})
