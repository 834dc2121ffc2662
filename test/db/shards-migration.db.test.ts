import { expect, test } from 'vitest'
import { databaseBefore } from '#test/support/older-database.ts'

test('what was written before there were shards is of shard main, and a second one may report beside it', async () => {
  const { owner, update } = await databaseBefore('_shards')
  const key = { environment: 'production', connector: 'main' }
  const at = new Date().toISOString()
  const self = { ...key, state: 'running', pid: 1, host: 'here', release: '0', started_at: at, heard_at: at }
  const feed = { ...key, feed_id: 'gw1', state: 'logged-on', since: at, received: 300, at }
  await owner`insert into dc.environments (environment, newest_version) values ('production', 0)`
  await owner`insert into dc.configuration_versions (environment, number, cause, cause_id, made_at, digest)
    values ('production', 1, 'reference', gen_random_uuid(), now(), 'd1')`
  await owner`insert into dc.feeds (id, environment, gateway_kind, settings) values ('gw1', 'production', 'cgw', '{}')`
  await owner`insert into dc.observed_connectors ${owner(self)}`
  await owner`insert into dc.observed_feeds ${owner(feed)}`
  const report = { ...key, number: 1, kind: 'feed', object_id: 'gw1', state: 'running', at }
  await owner`insert into dc.configuration_reports ${owner(report)}`
  const [command] = await owner`
    insert into dc.session_commands (id, environment, action, kind, session, reason, operator, asked_at, expires_at)
    values (gen_random_uuid(), 'production', 'log-out', 'feed', 'gw1', 'x', 'root', now(), now()) returning id`
  await update()
  const shards = await owner`
    select shard from dc.feeds union all select shard from dc.observed_connectors union all select shard from dc.observed_feeds
    union all select shard from dc.configuration_reports union all select shard from dc.session_commands where id = ${command?.id}`
  expect(shards.map(({ shard }) => shard)).toEqual(['main', 'main', 'main', 'main', 'main'])
  await owner`insert into dc.observed_connectors ${owner({ ...self, shard: 'b' })}`
  await owner`insert into dc.observed_feeds ${owner({ ...feed, shard: 'b', received: 1 })}`
  await owner`insert into dc.configuration_reports ${owner({ ...report, shard: 'b' })}`
  expect(await owner`select shard, received::int from dc.observed_feeds order by 1`).toEqual([
    { shard: 'b', received: 1 },
    { shard: 'main', received: 300 },
  ])
})
