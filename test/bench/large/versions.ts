import { createHash } from 'node:crypto'
import type postgres from 'postgres'
import { environmentSettings } from '#domain/reference/settings.ts'
import type { Model } from './model.ts'
import { feedSettings } from './rows.ts'
import { during, insertRows, iso } from './write.ts'

const environment = 'production'
/** A publication locks its environment's row: so many in one transaction do not yet make that row slow. */
const atOnce = 200

/** Every configuration version with its parts, and the connector's word that it runs them. */
export async function insertVersions(owner: postgres.Sql, model: Model): Promise<void> {
  const { reference, versions, settings, beganAtMs, requests } = model
  const first = (number: number) => ({
    number,
    cause: 'reference',
    cause_id: reference.exchange.id,
    owner_id: null,
    made_by: null,
    made_at: iso(beganAtMs + number),
  })
  const general = [{ kind: 'environment', object_id: environment, document: environmentSettings.parse(settings) }]
  const objects = [
    ...reference.feeds.map(({ id }) => ({ kind: 'feed', object_id: id, document: { ...feedSettings(id), id } })),
    ...reference.sources.map(({ name, feed, gatewayKind, segment }) => {
      const document = { id: name, feed: feed.id, gateway: gatewayKind, ...(segment && { segments: [segment] }) }
      return { kind: 'source', object_id: name, document }
    }),
  ]
  await put(
    owner,
    [first(1)],
    general.map((part) => ({ number: 1, owner_id: null, ...part })),
  )
  await put(
    owner,
    [first(2)],
    objects.map((part) => ({ number: 2, owner_id: null, ...part })),
  )
  for (let i = 0; i < versions.length; i += atOnce) {
    const some = versions.slice(i, i + atOnce)
    const rows = some.map(({ number, cause, causeId, group, madeBy, atMs }) => ({
      number,
      cause,
      cause_id: causeId,
      owner_id: group.owner.id,
      made_by: madeBy.id,
      made_at: iso(atMs),
    }))
    const parts = some.flatMap(({ number, group, parts }) =>
      parts.map(({ kind, objectId, document }) => ({
        number,
        owner_id: group.owner.id,
        kind,
        object_id: objectId,
        document,
      })),
    )
    await put(owner, rows, parts)
  }
  const applying = requests.flatMap(({ state, version }) => (state === 'applying' && version ? [version.number] : []))
  await owner`
    insert into dc.configuration_reports (environment, number, connector, kind, object_id, state, from_source_seq, at)
    select p.environment, p.number, ${connectorName}, p.kind, p.object_id, 'running',
      case when p.kind = 'target' then '{}'::jsonb end, v.made_at + interval '400 ms'
    from dc.configuration_parts p join dc.configuration_versions v using (environment, number)
    where p.kind <> 'environment' and p.number <> all(${applying})`
  await owner`insert into dc.capacity_limits (environment, kind, most, during)
    values (${environment}, 'sources-per-group', 200, ${during({ fromMs: beganAtMs, untilMs: null })})`
}

/** Under this name the pretended connector reports. */
export const connectorName = 'connector-1'

type Row = Record<string, unknown> & { number: number }

async function put(owner: postgres.Sql, versions: readonly Row[], parts: readonly Row[]): Promise<void> {
  await owner.begin(async (tx) => {
    const digest = (number: number) => createHash('sha256').update(`version ${number}`).digest('hex')
    await insertRows(
      tx,
      'configuration_versions',
      versions.map((row) => ({ environment, ...row, digest: digest(row.number) })),
    )
    await insertRows(
      tx,
      'configuration_parts',
      parts.map((row) => ({ environment, ...row })),
    )
  })
}
