import { expect, onTestFinished, test } from 'vitest'
import { startFreshApp } from '#test/support/app.ts'
import { FormClient } from '#test/support/form-client.ts'

test('operations say on the feed’s page when its numbers start at 1, are told what is wrong, and see it stand there', async () => {
  const { app, db, close } = await startFreshApp({ SANDBOX_TRAFFIC: '0' })
  onTestFinished(close)
  const settings = { mode: 'initiate', host: '127.0.0.1', port: 9, dialect: 'encapsulated' }
  await db.owner`insert into dc.feeds (id, environment, gateway_kind, settings)
    values ('up1', 'sandbox', 'cgw', ${db.owner.json({ ...settings, ourCompId: 'DROPCOPY', theirCompId: 'UP1' })})`
  const hollis = new FormClient(app.url)
  await hollis.submit(await hollis.get('/sign-in'), /^Continue as Hollis Harbor$/)
  const page = await hollis.get('/feeds/up1')
  expect(page.text).toContain('Never: numbers go on')
  expect(page.html).toContain('href="/feeds/up1/reset"')
  const daily = { mode: 'daily', time: 'noon', zone: 'America/Chicago', reason: 'As its acceptor does.' }
  const refused = await hollis.submit(await hollis.get('/feeds/up1/reset'), 'Publish', daily)
  expect(refused.text).toContain('It must be a time of day such as 16:00.')
  const done = await hollis.submit(refused, 'Publish', { ...daily, time: '17:00' })
  expect(done.url.pathname).toBe('/feeds/up1')
  expect(done.text).toContain('Daily at 17:00 (America/Chicago)')
  expect((await hollis.get('/feeds/gw1/reset')).text).toContain('This feed cannot be reset by a rule')
})
