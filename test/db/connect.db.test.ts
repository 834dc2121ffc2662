import { randomBytes } from 'node:crypto'
import { type AddressInfo, createServer } from 'node:net'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { openDatabase } from '#db/client.ts'
import { connect, connectProblem } from '#db/connect.ts'
import { migrate } from '#db/migrate.ts'
import { rolePasswords } from '#db/roles.ts'
import { type FreshDb, freshDb } from '#test/support/fresh-db.ts'
import { testKey } from '#test/support/test-key.ts'

let db: FreshDb
beforeAll(async () => {
  db = await freshDb()
})
afterAll(() => db.close())

describe('a session', () => {
  test.each([
    ["datestyle = 'German'", 'DateStyle', 'ISO, MDY'],
    ["search_path = 'nowhere'", 'search_path', 'public'],
    ["timezone = 'Asia/Tokyo'", 'TimeZone', 'UTC'],
    ["intervalstyle = 'iso_8601'", 'IntervalStyle', 'postgres'],
    ["bytea_output = 'escape'", 'bytea_output', 'hex'],
    ['standard_conforming_strings = off', 'standard_conforming_strings', 'on'],
    ["client_encoding = 'LATIN1'", 'client_encoding', 'UTF8'],
    ["default_transaction_isolation = 'serializable'", 'default_transaction_isolation', 'read committed'],
    ['default_transaction_read_only = on', 'default_transaction_read_only', 'off'],
    ["statement_timeout = '1ms'", 'statement_timeout', '5s'],
  ])('has the settings that we rely on, though its database says %s', async (says, name, relied) => {
    const database = new URL(db.ownerUrl).pathname.slice(1)
    await db.owner.unsafe(`alter database ${database} set ${says}`)
    const own = openDatabase({ urls: db.urls, now: () => db.clock.now, connections: 1 })
    onTestFinished(async () => {
      await own.close()
      await db.owner.unsafe(`alter database ${database} reset all`)
    })
    const [row] = await own.auth.execute<{ is: string }>(`select current_setting('${name}') as is`)
    expect(row?.is).toBe(relied)
  })
})

describe('an address that cannot be used', () => {
  const asked = (url: string) => {
    const sql = connect(url, { max: 1, connection: { application_name: 'test' } })
    return sql`select 1`
      .then(
        () => 'connected',
        (error: unknown) => connectProblem(error, url),
      )
      .finally(() => sql.end({ timeout: 1 }))
  }
  test('for its password says so, and not that the database does not answer', async () => {
    const url = new URL(db.urls.dc_auth)
    url.password = 'wrong'
    expect(await asked(url.href)).toBe(
      'The database refuses the password of dc_auth. Correct the password in its address.',
    )
  })
  test('because a pooler refuses our settings names the setting', async () => {
    const text = 'unsupported startup parameter: statement_timeout'
    const pooler = createServer((socket) => {
      socket
        .on('error', () => undefined)
        .once('data', () => {
          const fields = Buffer.from(`SFATAL\0C08P01\0M${text}\0\0`)
          const head = Buffer.alloc(5)
          head.write('E')
          head.writeInt32BE(fields.length + 4, 1)
          socket.end(Buffer.concat([head, fields]))
        })
    })
    await new Promise<void>((resolve) => pooler.listen(0, '::1', resolve)) // an IPv6 address, at that
    onTestFinished(() => void pooler.close())
    const { port } = pooler.address() as AddressInfo // it listens
    expect(await asked(`postgres://nobody@[::1]:${port}/nothing`)).toContain(
      'refuses the session setting statement_timeout',
    )
  })
})

test('the owner, who is no superuser, may dump: with row security off it reads every table', async () => {
  const name = `dumper_${randomBytes(6).toString('hex')}`
  await db.owner.unsafe(`create role ${name} login nosuperuser password '${name}'`)
  await db.owner.unsafe(`create database ${name} owner ${name}`)
  const url = Object.assign(new URL(db.ownerUrl), { username: name, password: name, pathname: `/${name}` }).href
  const owner = connect(url, { max: 1, connection: { application_name: 'dump' } })
  onTestFinished(async () => {
    await owner.end({ timeout: 1 })
    await db.owner.unsafe(`drop database ${name} with (force)`)
    await db.owner.unsafe(`drop role ${name}`)
  })
  await migrate({ ownerUrl: url, passwords: rolePasswords(testKey), mode: 'production', now: new Date() })
  const tables = await owner<{ name: string }[]>`select tablename as name from pg_tables where schemaname = 'dc'`
  expect(tables.length).toBeGreaterThan(40)
  await owner`set row_security = off`
  for (const table of tables) await owner.unsafe(`select count(*) from dc.${table.name}`)
})
