import { existsSync, readdirSync, readFileSync, renameSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, onTestFailed, test } from 'vitest'
import {
  type App,
  appEnvironment,
  type DataDirectory,
  dataDirectory,
  launch,
  startApp,
  until,
} from '#test/support/app.ts'
import { patienceMs } from '#test/support/patience.ts'

/** One installation for all tests: each finds what the one before left, as it would be on a machine. */
let data: DataDirectory
let env: Record<string, string>
/** A directory where nothing has been started yet. */
let untouched: DataDirectory
beforeAll(async () => {
  data = dataDirectory()
  untouched = dataDirectory()
  env = await appEnvironment(data)
})
afterEach(async () => {
  const all = () => [...data.processes(), ...untouched.processes()]
  for (const line of all()) process.kill(Number(line.split(' ')[0]), 'SIGKILL')
  await until('nothing is left', () => all().length === 0)
})
afterAll(() => {
  data.remove()
  untouched.remove()
})

const gone = () => until('no process is left', () => data.processes().length === 0)
const npm = ['npm', 'start', '--silent']
const reached = async ({ url }: App) => (await fetch(`${url}/healthz`)).status

describe('a portal that is told to stop', () => {
  test('by SIGTERM ends in order, leaves no process and no lock, and answers 0', async () => {
    const app = await startApp(env)
    expect(await reached(app)).toBe(200)
    expect(await app.stop()).toBe(0)
    await gone()
    expect(readdirSync(env.DATA_DIR!).filter((name) => name.startsWith('lock'))).toEqual([])
  })
  test('by SIGTERM to npm leaves no process', async () => {
    const app = await startApp(env, npm)
    await app.stop()
    await gone()
  })
  test('by Ctrl-C in the terminal of npm leaves no process', async () => {
    const app = await startApp(env, npm)
    process.kill(-app.process.pid!, 'SIGINT') // the whole foreground group, as a terminal does
    await gone()
  })
  test('while it is still starting leaves no process either', async () => {
    const fresh = await appEnvironment(untouched)
    const started = launch(fresh)
    await until('the database is being made', () => existsSync(join(fresh.DATA_DIR!, 'postgres')))
    started.process.kill('SIGTERM')
    await started.exited
    await until('no process is left', () => untouched.processes().length === 0)
  })
  test('by the death of npm leaves no process', async () => {
    const app = await startApp(env, npm)
    app.process.kill('SIGKILL')
    await gone()
  })
})

describe('a portal that is killed', () => {
  test('leaves no process, and the next start goes on with the same data', async () => {
    const first = await startApp(env)
    first.process.kill('SIGKILL')
    const second = await startApp(env) // at once: it waits for who clears up
    expect(await reached(second)).toBe(200)
    expect(existsSync(join(env.DATA_DIR!, 'postgres/pgdata/PG_VERSION'))).toBe(true)
    second.process.kill('SIGKILL')
    await gone()
  })
  test('is taken over by the next start when its guard was killed as well', async () => {
    const first = await startApp(env)
    const guard = data.processes().find((line) => line.includes('guard'))
    process.kill(Number(guard?.split(' ')[0]), 'SIGKILL')
    first.process.kill('SIGKILL')
    const second = await startApp(env)
    expect(await reached(second)).toBe(200)
    await second.stop()
    await gone()
  })
})

describe('a database server that is killed', () => {
  test('is started again where it was; meanwhile pages say so, and the connector goes on', async () => {
    const app = await startApp(env)
    onTestFailed(() => void process.stderr.write(app.log().slice(-8000)))
    const programs = () => data.processes().filter((line) => line.includes(' connector '))
    await until('the connector runs', () => programs().length === 1)
    const connector = programs()
    const pgdata = join(env.DATA_DIR!, 'postgres/pgdata')
    const pid = () => Number(readFileSync(join(pgdata, 'postmaster.pid'), 'utf8').split('\n')[0])
    const before = pid()
    const signInList = await (await fetch(`${app.url}/sign-in`)).text()
    process.kill(before, 'SIGKILL')
    renameSync(pgdata, `${pgdata}.away`) // it cannot start before the test lets it: no page may wait for that
    let said = ''
    await until('a page says what is the matter', async () => {
      const answer = await fetch(`${app.url}/sign-in`, { signal: AbortSignal.timeout(patienceMs) })
      said = await answer.text()
      return answer.status === 503
    })
    expect(said).toContain('The database does not answer')
    renameSync(`${pgdata}.away`, pgdata)
    await until('pages are back', async () => (await fetch(`${app.url}/sign-in`)).status === 200)
    expect(pid()).not.toBe(before)
    expect(await (await fetch(`${app.url}/sign-in`)).text()).toHaveLength(signInList.length)
    expect(programs(), app.log()).toEqual(connector)
    expect(app.log()).toContain('the database is up again')
    await until('everything works again', async () => (await fetch(`${app.url}/readyz`)).status === 200)
    expect(await app.stop()).toBe(0)
    await gone()
  })
})

describe('a second start', () => {
  test('says who is running and where, touches nothing and answers 3', async () => {
    const app = await startApp(env)
    const second = launch(env)
    expect(await second.exited).toBe(3)
    expect(second.log()).toContain(`already running as process ${app.process.pid} on ${app.url}`)
    expect(await reached(app)).toBe(200)
    await app.stop()
  })
  test('at the same moment: exactly one wins', async () => {
    const starts = [launch(env), launch(env), launch(env)]
    const codes: (number | null)[] = []
    for (const start of starts) void start.exited.then((code) => codes.push(code))
    await until('two of three have given up', () => codes.length === 2)
    expect(codes).toEqual([3, 3])
    await until('one is ready', () => starts.some((start) => start.said().includes('is ready')))
    for (const start of starts) start.process.kill('SIGTERM')
    await gone()
  })
  test('after an ordered stop finds a database that has nothing to recover', async () => {
    await (await startApp(env)).stop()
    const databaseLog = () => readFileSync(join(env.DATA_DIR!, 'postgres/postgres.log'), 'utf8')
    const before = databaseLog().length
    const app = await startApp(env)
    expect(databaseLog().slice(before)).toContain('database system was shut down at')
    await app.stop()
  })
})

describe('a start that cannot be', () => {
  test('names every bad variable and answers 2, before it touches anything', async () => {
    const elsewhere = join(untouched.path, 'never')
    const started = launch({ ...env, PORT: 'http', MODE: 'demo', DATA_DIR: elsewhere })
    expect(await started.exited).toBe(2)
    expect(started.log()).toContain('PORT')
    expect(started.log()).toContain('MODE')
    expect(existsSync(elsewhere)).toBe(false)
  })
  test('because a port is taken says which, its variable and a free one', async () => {
    const refused = async (variable: string) => {
      const taken = createServer().listen(0, '127.0.0.1')
      await until('it listens', () => taken.listening)
      const address = taken.address()
      const port = typeof address === 'object' && address ? address.port : 0
      const elsewhere = join(untouched.path, variable)
      const started = launch({ ...env, [variable]: String(port), DATA_DIR: elsewhere })
      expect(await started.exited).toBe(2)
      expect(started.log()).toMatch(
        new RegExp(`Port ${port} \\(${variable}\\) is taken by another program; \\d+ is free`),
      )
      expect(existsSync(join(elsewhere, 'postgres'))).toBe(false)
      taken.close()
    }
    // each waits a while for the port to be given up
    await Promise.all(['PORT', 'FEED_PORT', 'TARGET_PORT'].map(refused))
  })
  test('because the data were made in the other mode says so', async () => {
    await (await startApp(env)).stop()
    const started = launch({ ...env, MODE: 'production' })
    expect(await started.exited).not.toBe(0)
    expect(started.log()).toContain('made in sandbox mode')
    await gone()
  })
})
