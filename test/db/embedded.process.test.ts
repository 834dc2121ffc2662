import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { assertRolesCannotBypass, rolesSql } from '#db/assert-roles.ts'
import { openDataDirectory } from '#db/data-directory.ts'
import { type EmbeddedServer, startEmbedded } from '#db/embedded.ts'
import { serverUser } from '#db/embedded-user.ts'
import { migrate } from '#db/migrate.ts'
import { rolePasswords, roleUrls } from '#db/roles.ts'
import { onServer } from '#test/support/on-server.ts'

const made: string[] = []
const newDirectory = () => {
  const path = mkdtempSync(join(tmpdir(), 'drop-copy-embedded-'))
  made.push(path)
  return openDataDirectory({ path, isDefault: false })
}
afterAll(() => {
  for (const path of made) rmSync(path, { recursive: true, force: true })
})

const query = async (server: EmbeddedServer, statement: string): Promise<unknown[]> => {
  let rows: unknown[] = []
  await onServer(server.ownerUrl, async (sql) => {
    rows = [...(await sql.unsafe(statement))]
  })
  return rows
}
const isGone = (pid: number) => {
  try {
    return /\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    return true
  }
}

describe('the embedded server', () => {
  let directory: string
  let server: EmbeddedServer
  const inside = (...path: string[]) => join(directory, 'postgres', ...path)
  beforeAll(async () => {
    directory = newDirectory()
    process.env.PGPORT = '1' // a shell's own settings, which must not reach the server
    process.env.PGOPTIONS = '-c nonsense=1'
    process.env.DATABASE_URL_JOBS = 'postgres://jobs:a-secret@127.0.0.1/portal'
    server = await startEmbedded({ directory })
    delete process.env.PGPORT
    delete process.env.PGOPTIONS
    delete process.env.DATABASE_URL_JOBS
  })
  afterAll(() => server.stop())

  test('asks for the generated password, which its owner alone can read', async () => {
    expect(statSync(inside('password')).mode & 0o777).toBe(0o600)
    expect(statSync(inside()).mode & 0o777).toBe(0o700)
    const url = new URL(server.ownerUrl)
    expect(url.hostname).toBe('127.0.0.1')
    url.password = 'wrong'
    await expect(onServer(url.href, (sql) => sql`select 1`)).rejects.toThrow(/password authentication failed/)
  })

  test('is given nothing of the environment but what it needs to run', async () => {
    const names = readFileSync(`/proc/${server.pid}/environ`, 'utf8').match(/^[^=]+|(?<=\0)[^=\0]+/g) ?? []
    const needed = ['PATH', 'LC_ALL', 'TZ', 'PWD', 'OLDPWD', 'SHLVL', '_'] // a shell of pg_ctl's adds the last four
    const ofServer = ['PG_GRANDPARENT_PID', 'PGDATA', 'PGLOCALEDIR', 'PGSYSCONFDIR', 'LC_COLLATE', 'LC_CTYPE']
    expect(names.filter((name) => ![...needed, ...ofServer, 'LC_MESSAGES'].includes(name))).toEqual([])
    expect(names).toContain('PATH')
  })

  test('logs no statement, so no value that a person typed', async () => {
    await expect(query(server, "select 'typed-by-a-person'::int")).rejects.toThrow()
    expect(readFileSync(inside('postgres.log'), 'utf8')).not.toContain("select 'typed")
  })

  test('is taken over by the next start while it runs', async () => {
    await query(server, 'create table kept (n int)')
    await query(server, 'insert into kept values (7)')
    const again = await startEmbedded({ directory })
    expect(again).toMatchObject({ adopted: true, pid: server.pid, port: server.port, ownerUrl: server.ownerUrl })
  })

  test('comes back after SIGKILL with everything that was committed', async () => {
    await query(server, 'insert into kept values (8)')
    const killed = server.pid
    process.kill(killed, 'SIGKILL')
    await expect.poll(() => isGone(killed)).toBe(true)
    server = await startEmbedded({ directory })
    expect(server.adopted).toBe(false)
    expect(await query(server, 'select n from kept order by n')).toEqual([{ n: 7 }, { n: 8 }])
  })

  test('starts over a pid file that names another process', async () => {
    await server.stop()
    await server.stop() // a second time is nothing
    expect(existsSync(inside('pgdata', 'postmaster.pid'))).toBe(false)
    writeFileSync(
      inside('pgdata', 'postmaster.pid'),
      `${process.pid}\n${inside('pgdata')}\n0\n1\n\n127.0.0.1\n\nready\n`,
    )
    server = await startEmbedded({ directory })
    expect(await query(server, 'select n from kept order by n')).toHaveLength(2)
  })

  test.each(['', 'not a number\n'])('starts over a pid file that says %j, as a full disk leaves it', async (text) => {
    await server.stop()
    writeFileSync(inside('pgdata', 'postmaster.pid'), text)
    server = await startEmbedded({ directory })
    expect(await query(server, 'select n from kept order by n')).toHaveLength(2)
  })

  test('will not touch data of another major version, or start without its password', async () => {
    await server.stop()
    const version = readFileSync(inside('pgdata', 'PG_VERSION'), 'utf8')
    writeFileSync(inside('pgdata', 'PG_VERSION'), '17\n')
    await expect(startEmbedded({ directory })).rejects.toThrow(
      /was written by PostgreSQL 17, and this release brings 18/,
    )
    writeFileSync(inside('pgdata', 'PG_VERSION'), version)
    renameSync(inside('password'), inside('password.away'))
    await expect(startEmbedded({ directory })).rejects.toThrow(/password is missing/)
    renameSync(inside('password.away'), inside('password'))
    server = await startEmbedded({ directory })
  })
})

describe('an initdb that was killed half-way', () => {
  let server: EmbeddedServer | undefined
  let writer: ChildProcess | undefined
  afterEach(async () => {
    writer?.kill('SIGKILL')
    writer = undefined
    await server?.stop()
    server = undefined
  })
  const unfinishedIn = (home: string) => readdirSync(home).filter((name) => name.endsWith('.tmp'))

  test('leaves nothing that the next start takes for a database', async () => {
    const directory = newDirectory()
    const started = startEmbedded({ directory, fsync: false }).then(
      () => 'started',
      (error: Error) => error.message,
    )
    const home = join(directory, 'postgres')
    await expect.poll(() => initdbOf(home), { interval: 1 }).toBeDefined()
    process.kill(initdbOf(home) ?? Number.NaN, 'SIGKILL')
    expect(await started).toMatch(/initdb ended with SIGKILL/)
    expect(existsSync(join(home, 'pgdata'))).toBe(false)
    server = await startEmbedded({ directory, fsync: false })
    expect(await query(server, 'select 1 as one')).toEqual([{ one: 1 }])
    expect(unfinishedIn(home)).toEqual([])
  })

  test('does not hinder the next start by a child that still writes, and is cleared away by the one after', async () => {
    const directory = newDirectory()
    server = await startEmbedded({ directory, fsync: false })
    await server.stop()
    const home = join(directory, 'postgres')
    rmSync(join(home, 'pgdata'), { recursive: true })
    const left = join(home, 'pgdata.tmp') // as an earlier release named it
    const script = `const fs = require('node:fs')
      for (let n = 0; ; n = (n + 1) % 1000) {
        try { fs.mkdirSync(process.argv[1], { recursive: true }); fs.writeFileSync(process.argv[1] + '/base' + n, '') } catch {}
      }`
    writer = spawn(process.execPath, ['-e', script, left], { stdio: 'ignore' })
    await expect.poll(() => existsSync(join(left, 'base0'))).toBe(true)
    server = await startEmbedded({ directory, fsync: false })
    expect(await query(server, 'select 1 as one')).toEqual([{ one: 1 }])
    expect(writer.exitCode ?? writer.signalCode).toBeNull()
    await server.stop()
    const ended = once(writer, 'exit')
    writer.kill('SIGKILL')
    await ended
    server = await startEmbedded({ directory, fsync: false })
    expect(unfinishedIn(home)).toEqual([])
  })
})

/** The initdb that works below this directory; undefined while there is none. */
function initdbOf(directory: string): number | undefined {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name))
  const found = pids.find((pid) => {
    try {
      const [program, ...rest] = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')
      return program?.endsWith('/initdb') && rest.some((word) => word.startsWith(directory))
    } catch {
      return false // it ended meanwhile
    }
  })
  return found === undefined ? undefined : Number(found)
}

describe('the user of the embedded server', () => {
  const accounts = 'root:x:0:0:root:/root:/bin/bash\nnobody:x:65534:65534:nobody:/:/usr/sbin/nologin\n'

  test('is its own where the machine has one, and nobody otherwise', () => {
    const own = 'drop-copy:x:997:995::/var/lib/drop-copy:/usr/sbin/nologin\n'
    expect(serverUser(accounts + own)).toEqual({ name: 'drop-copy', uid: 997, gid: 995 })
    expect(serverUser(accounts)).toEqual({ name: 'nobody', uid: 65534, gid: 65534 })
  })

  test('is never root, whatever is called by its name', () => {
    expect(serverUser(`${accounts}drop-copy:x:0:0::/:/bin/sh\n`).uid).toBe(65534)
    expect(serverUser('').uid).toBe(65534)
  })
})

describe('the four roles of a server', () => {
  let server: EmbeddedServer
  const passwords = rolePasswords(Buffer.alloc(32, 1))
  const options = { mode: 'production', now: new Date('2026-01-01T00:00:00Z') } as const
  beforeAll(async () => {
    server = await startEmbedded({ directory: newDirectory(), fsync: false })
  })
  afterAll(() => server.stop())
  const urls = () => roleUrls(server.ownerUrl, passwords)

  test('are asked for by name where the portal may not make them', async () => {
    await expect(migrate({ ...options, ownerUrl: server.ownerUrl })).rejects.toThrow(
      /dc_request is missing.*db roles --print/,
    )
  })

  test('can be made by hand from what is printed', async () => {
    await query(server, rolesSql())
    const made = await query(
      server,
      `select rolname from pg_roles where rolname like 'dc\\_%' and rolcanlogin and not rolsuper and not rolbypassrls`,
    )
    expect(made).toHaveLength(4)
    expect(await migrate({ ...options, ownerUrl: server.ownerUrl })).toMatchObject({ isNew: true })
    expect(await query(server, 'select environment from dc.environments order by 1')).toEqual([
      { environment: 'certification' },
      { environment: 'production' },
    ])
  })

  test('are given the key’s passwords when theirs are others', async () => {
    expect(await migrate({ ...options, ownerUrl: server.ownerUrl, passwords })).toMatchObject({ isNew: false })
    await expect(assertRolesCannotBypass(urls())).resolves.toBeUndefined()
  })

  test.each([
    ['is superuser', 'alter role dc_jobs superuser', 'alter role dc_jobs nosuperuser', /dc_jobs is or has: superuser/],
    [
      'bypasses policies',
      'alter role dc_auth bypassrls',
      'alter role dc_auth nobypassrls',
      /dc_auth is or has: may bypass policies/,
    ],
    [
      'owns a table',
      'alter table dc.firms owner to dc_connector',
      'alter table dc.firms owner to postgres',
      /dc_connector is or has: owns tables/,
    ],
    [
      'may become the owner',
      'grant postgres to dc_request',
      'revoke postgres from dc_request',
      /dc_request may become postgres/,
    ],
    [
      'meets an open table',
      'alter table dc.groups disable row level security',
      'alter table dc.groups enable row level security',
      /security of dc.groups is off/,
    ],
  ])('stop the start when one %s', async (_why, make, undo, says) => {
    await query(server, make)
    await expect(assertRolesCannotBypass(urls())).rejects.toThrow(says)
    await query(server, undo)
    await expect(assertRolesCannotBypass(urls())).resolves.toBeUndefined()
  })

  test('stop the start when a URL is another role’s', async () => {
    const wrong = { ...urls(), dc_request: server.ownerUrl }
    await expect(assertRolesCannotBypass(wrong)).rejects.toThrow('the URL of dc_request connects as postgres')
  })
})

describe('two starts that migrate at once', () => {
  test('wait for one another and agree', async () => {
    const server = await startEmbedded({ directory: newDirectory(), fsync: false })
    const options = {
      ownerUrl: server.ownerUrl,
      passwords: rolePasswords(Buffer.alloc(32, 2)),
      mode: 'sandbox',
      now: new Date(),
    } as const
    const answers = await Promise.all([migrate(options), migrate(options), migrate(options)])
    expect(answers.filter((answer) => answer.isNew)).toHaveLength(1)
    expect(new Set(answers.map((answer) => answer.installationId)).size).toBe(1)
    await server.stop()
  })
})

describe('a data directory', () => {
  /**
   * A place that cannot be used: as root one the server’s user cannot walk down to, otherwise one nobody may write in.
   */
  const locked = () => {
    const path = mkdtempSync(join(tmpdir(), 'drop-copy-locked-'))
    made.push(path)
    chmodSync(path, process.getuid?.() === 0 ? 0o700 : 0o500)
    return join(path, 'data')
  }

  test('that was asked for by name is refused in one sentence', () => {
    const path = locked()
    expect(() => openDataDirectory({ path, isDefault: false })).toThrow(`The data directory ${path} cannot be used`)
    expect(existsSync(path)).toBe(false)
  })

  test('that is only the default moves, and to the same place the next time', () => {
    const path = locked()
    const first = openDataDirectory({ path, isDefault: true })
    made.push(first)
    expect(first).not.toBe(path)
    expect(openDataDirectory({ path, isDefault: true })).toBe(first)
    expect(statSync(first).isDirectory()).toBe(true)
  })
})
