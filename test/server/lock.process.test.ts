import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { claim } from '#app/host/lock.ts'
import { projectRoot, until } from '#test/support/app.ts'

let made: string
let dir: string
beforeEach(() => {
  made = mkdtempSync(join(tmpdir(), 'drop-copy-lock-'))
  dir = made
})
afterEach(() => rmSync(made, { recursive: true, force: true }))

const files = () => readdirSync(dir).filter((name) => name.startsWith('lock'))
const won = async () => {
  const claimed = await claim(dir)
  if (!claimed.ok) throw new Error(`owned by ${claimed.owner.pid}`)
  return claimed.lock
}

/** A process that claims the directory, says what it got, and stays. */
function claimant() {
  const script = `
    const { claim } = await import(${JSON.stringify(join(projectRoot, 'app/host/lock.ts'))})
    const claimed = await claim(${JSON.stringify(dir)})
    console.log(claimed.ok ? 'won' : 'lost to ' + claimed.owner.pid)
    if (claimed.ok) setInterval(() => {}, 1000)`
  const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script], { cwd: projectRoot })
  let said = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    said += text
  })
  return { child, said: () => said.trim() }
}

describe('a data directory', () => {
  test('has one owner, who says who and where they are', async () => {
    const lock = await won()
    lock.listeningOn('http://127.0.0.1:3000')
    expect(await claim(dir)).toEqual({
      ok: false,
      owner: { pid: process.pid, state: 'owner', url: 'http://127.0.0.1:3000' },
    })
    await lock.release()
    expect(files()).toEqual([])
  })
  test('is free again after its owner was killed, whatever they left', async () => {
    const first = claimant()
    await until('it has won', () => first.said() === 'won')
    first.child.kill('SIGKILL')
    await until('it is gone', () => first.child.signalCode !== null)
    expect(files()).toHaveLength(1)
    await (await won()).release()
    expect(files()).toEqual([])
  })
  test('of an owner who is stopping is waited for', async () => {
    const lock = await won()
    lock.stopping()
    const next = claim(dir)
    await lock.release()
    const claimed = await next
    expect(claimed.ok).toBe(true)
    if (claimed.ok) await claimed.lock.release()
  })
  test('whose owner does not answer is still theirs', async () => {
    const silent = createServer(() => undefined).listen(join(dir, 'lock.0'))
    await until('it listens', () => silent.listening)
    expect(await claim(dir)).toMatchObject({ ok: false, owner: { pid: 0 } })
    silent.close()
  })
  test('of six who come at once over a stale lock goes to exactly one', async () => {
    const dead = claimant()
    await until('it has won', () => dead.said() === 'won')
    dead.child.kill('SIGKILL')
    const all = Array.from({ length: 6 }, claimant)
    await until('all know', () => all.every(({ said }) => said() !== ''))
    const winners = all.filter(({ said }) => said() === 'won')
    expect(winners).toHaveLength(1)
    for (const { said } of all.filter((one) => !winners.includes(one)))
      expect(said()).toBe(`lost to ${winners[0]?.child.pid}`)
    for (const { child } of all) child.kill('SIGKILL')
  })
  test('may have a name longer than the path of a socket', async () => {
    dir = join(dir, 'x'.repeat(120))
    mkdirSync(dir)
    const before = process.cwd()
    const lock = await won()
    expect(process.cwd()).toBe(before)
    expect((await claim(dir)).ok).toBe(false)
    expect(existsSync(join(dir, 'lock.0'))).toBe(true)
    await lock.release()
  })
})
