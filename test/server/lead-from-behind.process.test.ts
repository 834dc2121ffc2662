import { readFileSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type App, appEnvironment, type DataDirectory, dataDirectory, startApp, until } from '#test/support/app.ts'

/** An installation whose portal runs everything: the database, which stops with it, and the connector. */
let data: DataDirectory
let env: Record<string, string>
beforeAll(async () => {
  data = dataDirectory()
  env = await appEnvironment(data, { SANDBOX_TRAFFIC: '0' })
})
afterAll(async () => {
  for (const line of data.processes()) process.kill(Number(line.split(' ')[0]), 'SIGKILL')
  await until('nothing is left', () => data.processes().length === 0)
  data.remove()
})

type Reason = { part: string; code?: string; says: string }
const reasonsOf = async ({ url }: App): Promise<Reason[]> => {
  const answer: { reasons: Reason[] } = await (await fetch(`${url}/readyz`)).json()
  return answer.reasons
}
const said = async (app: App, code: string): Promise<string> => {
  let found: Reason | undefined
  await until(code, async () => {
    found = (await reasonsOf(app)).find((one) => one.code === code)
    return found !== undefined
  })
  return found?.says ?? ''
}
const connector = () =>
  Number(
    data
      .processes()
      .find((line) => line.includes('cli.js connector'))
      ?.split(' ')[0] ?? 0,
  )
const argumentsOf = (pid: number) => readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')

test('a portal whose connector has lost its journal says how to lead from behind, and does so when it is started like that', {
  timeout: 240_000,
}, async () => {
  const first = await startApp(env)
  await until('it leads', async () => (await reasonsOf(first)).length === 0)
  await first.stop()
  renameSync(join(env.DATA_DIR ?? '', 'connector'), join(data.path, 'lost'))

  const second = await startApp(env)
  expect(await said(second, 'refused-to-lead')).toContain('npm start -- --lead-from-behind "reason"')
  await second.stop()

  const third = await startApp(env, ['npm', 'start', '--silent', '--', '--lead-from-behind', 'The disk is lost.'])
  const took = await said(third, 'took-over')
  expect(took).toMatch(/\(The disk is lost\.\): every outbound number was raised by [3-9]\d{5},/)
  const pid = connector()
  expect(argumentsOf(pid)).toContain('--lead-from-behind=The disk is lost.')
  process.kill(pid, 'SIGKILL')
  await until('another connector', () => connector() !== 0 && connector() !== pid)
  expect(argumentsOf(connector()).some((one) => one.includes('lead-from-behind'))).toBe(false)
  await until('it leads again', async () => (await reasonsOf(third)).every(({ code }) => code === 'took-over'))
  expect(await said(third, 'took-over')).toBe(took)
  await third.stop()
})

test.each([
  ['without a reason', ['--lead-from-behind', ' '], {}, '--lead-from-behind: needs the reason'],
  ['where it runs no connector', ['--lead-from-behind', 'x'], { CONNECTOR: 'external' }, 'CONNECTOR=external'],
  ['with an argument that it does not know', ['--lead'], {}, "Unknown option '--lead'"],
])('a portal does not start %s', async (_title, argv, more, says) => {
  await expect(startApp({ ...env, ...more }, ['node', 'app/start.mjs', ...argv])).rejects.toThrow(says)
})
