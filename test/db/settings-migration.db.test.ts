import { expect, test } from 'vitest'
import { databaseBefore } from '#test/support/older-database.ts'

test('settings that stood in a row become the part of a version, under the next number, and are audited', async () => {
  const { owner, update } = await databaseBefore('_settings_in_versions')
  const settings = { exchange: { compId: 'CME', subId: 'G' }, listen: [{ role: 'primary', host: 'here', port: 1 }] }
  await owner`insert into dc.environments (environment, settings) values ('production', ${JSON.stringify(settings)}), ('certification', '{}')`
  await owner`insert into dc.configuration_versions (environment, number, cause, cause_id, made_at, digest)
    values ('production', 1, 'reference', gen_random_uuid(), now(), 'd1')`
  await update()
  expect(await owner`select environment, newest_version from dc.environments order by 1`).toEqual([
    { environment: 'certification', newest_version: 0 },
    { environment: 'production', newest_version: 2 },
  ])
  expect(await owner`select environment, number, kind, object_id, document from dc.configuration_parts`).toEqual([
    { environment: 'production', number: 2, kind: 'environment', object_id: 'production', document: settings },
  ])
  const [event] = await owner`select action, object_id, after->'version' as version from dc.audit_events`
  expect(event).toEqual({ action: 'settings.publish', object_id: 'production', version: 2 })
})
