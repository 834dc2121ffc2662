import { rmSync, writeFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { wantedFile } from '#connector/run/snapshot/wanted-file.ts'
import { snapshot, temporaryDirectory } from '#test/support/connector.ts'

const file = () => `${temporaryDirectory()}/config.json`
const write = (path: string, version: number) => writeFileSync(path, JSON.stringify(snapshot({ version })))

describe('a snapshot file', () => {
  test('is judged once as long as it says the same, and anew when it says something else', async () => {
    const path = file()
    const wanted = wantedFile(path)
    write(path, 1)
    const first = await wanted.read()
    expect(first).toMatchObject({ ok: true, snapshot: { version: 1 } })
    write(path, 1)
    expect(await wanted.read()).toBe(first)
    write(path, 2)
    expect(await wanted.read()).toMatchObject({ ok: true, snapshot: { version: 2 } })
  })

  test('that cannot be read, or is no JSON, says why until it can be', async () => {
    const path = file()
    const wanted = wantedFile(path)
    expect(await wanted.read()).toMatchObject({ ok: false, problems: [expect.stringContaining('ENOENT')] })
    writeFileSync(path, '{')
    expect(await wanted.read()).toMatchObject({ ok: false, problems: [expect.stringContaining(`${path}: `)] })
    write(path, 1)
    expect(await wanted.read()).toMatchObject({ ok: true })
    rmSync(path)
    expect(await wanted.read()).toMatchObject({ ok: false, problems: [expect.stringContaining('ENOENT')] })
  })
})
