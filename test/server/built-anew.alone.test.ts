import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { appEnvironment, type DataDirectory, dataDirectory, projectRoot, startApp, until } from '#test/support/app.ts'

/*
 * What builds the product, which every other file runs. By itself, so that no program is started from half a build.
 */

let data: DataDirectory
let env: Record<string, string>
beforeAll(async () => {
  data = dataDirectory()
  env = await appEnvironment(data)
})
const gone = () => until('no process is left', () => data.processes().length === 0)
afterEach(async () => {
  for (const line of data.processes()) process.kill(Number(line.split(' ')[0]), 'SIGKILL')
  await gone()
})
afterAll(() => data.remove())

describe('a portal run from its sources', () => {
  test('starts, is reached, and ends in order', async () => {
    const app = await startApp(env, ['npm', 'run', 'dev', '--silent'])
    expect((await fetch(`${app.url}/healthz`)).status).toBe(200)
    await app.stop()
    await gone()
  })
})

describe('a portal that had to be built first', () => {
  test('keeps no builder beside it', async () => {
    writeFileSync(join(projectRoot, 'build/.digest'), 'of other sources')
    const app = await startApp(env)
    expect(app.log()).toContain('Built in')
    expect(data.processes().filter((line) => line.includes('esbuild'))).toEqual([])
    await app.stop()
    await gone()
  })
})
