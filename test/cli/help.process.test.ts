import { execSync, spawnSync } from 'node:child_process'
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { commandLine } from '#app/http/command-line.server.ts'
import { isRoot, reachable } from '#db/data-directory.ts'
import { projectRoot } from '#test/support/app.ts'

const dir = mkdtempSync(join(tmpdir(), 'cli-help-'))
chmodSync(dir, 0o755)
afterAll(() => rmSync(dir, { recursive: true, force: true }))

const texts = readdirSync(join(projectRoot, 'app/cli/help')).map((name) => name.replace('.txt', ''))
const commands = texts.filter((name) => name !== 'drop-copy')

/** As a person without rights, without a home, and in another folder. */
const run = (program: string, ...argv: string[]) =>
  spawnSync(process.execPath, [program, ...argv], {
    cwd: '/',
    encoding: 'utf8',
    env: { NODE_ENV: 'test', PATH: '/nonexistent', HOME: '/nonexistent' },
    ...(isRoot && reachable(program) ? { uid: 65534, gid: 65534 } : {}),
  })

describe('help', () => {
  test.each(commands)('is printed with nothing loaded but the text: %s', (name) => {
    const alone = join(dir, name, 'app/cli')
    mkdirSync(alone, { recursive: true })
    for (const part of ['drop-copy.mjs', 'help']) {
      cpSync(join(projectRoot, 'app/cli', part), join(alone, part), { recursive: true })
    }
    for (const argv of [
      [name, '--help'],
      [name, 'list', '-h'],
    ]) {
      const { status, stdout, stderr } = run(join(alone, 'drop-copy.mjs'), ...argv)
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
      expect(stdout).toMatch(new RegExp(`^drop-copy ${name}\\b`))
    }
  })

  test('is there for every command, and the list of commands names each', () => {
    const main = readFileSync(join(projectRoot, 'app/cli/main.ts'), 'utf8')
    const known = [...main.matchAll(/import\('\.\/([a-z-]+)\.ts'\)/g)].map(([, name]) => name)
    expect(commands.sort()).toEqual(known.sort())
    const { stdout } = run(join(projectRoot, 'app/cli/drop-copy.mjs'), '--help')
    expect([...stdout.matchAll(/^ {2}([a-z-]+) /gm)].map(([, name]) => name)).toEqual(known)
  })
})

describe('a command', () => {
  test('runs for an unprivileged user, from another folder, without a home', () => {
    const { status, stderr } = run(join(projectRoot, 'app/cli/drop-copy.mjs'), 'client', '--host', '127.0.0.1')
    expect(stderr).toContain('--host, --port and --session are needed')
    expect(status).toBe(2)
  })

  test('can be pasted in every folder as the pages print it', () => {
    expect(execSync(`${commandLine} --help`, { cwd: '/', encoding: 'utf8' })).toMatch(/^Usage: drop-copy COMMAND/)
  })

  test('is never asked of npx, which would take a stranger’s package of that name from outside the checkout', () => {
    const files = readdirSync(join(projectRoot, 'docs'), { recursive: true, encoding: 'utf8' })
    const documents = ['README.md', ...files.filter((name) => name.endsWith('.md')).map((name) => `docs/${name}`)]
    const sources = readdirSync(join(projectRoot, 'app'), { recursive: true, encoding: 'utf8' })
    const pages = sources.filter((name) => /\.(tsx?|txt)$/.test(name)).map((name) => `app/${name}`)
    const said = [...documents, ...pages].filter((name) =>
      /npx (-\S+ )*drop-copy/.test(readFileSync(join(projectRoot, name), 'utf8')),
    )
    expect(said).toEqual([])
  })
})
