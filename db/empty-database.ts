import { connect } from './connect.ts'

/**
 * Remove everything from a sandbox's database except what migrations wrote, over an owner's connection that is closed
 * at the end.
 * @throws in a database that was made in production mode
 */
export async function emptyDatabase(ownerUrl: string): Promise<void> {
  const owner = connect(ownerUrl, { max: 1, connection: { application_name: 'empty' } })
  try {
    const [made] = await owner<{ mode: string }[]>`select mode from dc.installation`
    if (made?.mode !== 'sandbox') throw new Error('only a sandbox may be emptied')
    const kept = ['installation', 'environments']
    const tables = await owner<{ name: string }[]>`
      select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname = 'dc' and tablename <> all(${kept})`
    await owner.unsafe(`truncate ${tables.map(({ name }) => name).join(', ')} restart identity cascade`)
    await owner`update dc.environments set newest_version = 0`
  } finally {
    await owner.end({ timeout: 5 })
  }
}
