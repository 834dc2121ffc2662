import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type FreshDb, freshDb } from '#test/support/fresh-db.ts'
import { alder, cedar, exchange, group, id, people, request, source, target, writeWorld, xenon } from './world.ts'

let db: FreshDb
beforeAll(async () => {
  db = await freshDb()
})
beforeEach(async () => {
  await db.truncate()
  await writeWorld(db.owner)
})
afterAll(() => db.close())

const exclusion = { code: '23P01' }
const check = { code: '23514' }
const unique = { code: '23505' }
const foreignKey = { code: '23503' }
const guarded = { code: '23000' }
const later = '[2026-06-01T00:00:00Z,)'

/** Past the policies, so that what refuses is the schema itself. */
const refused = (statement: PromiseLike<unknown>, by: { code: string; constraint_name?: string }) =>
  expect(Promise.resolve(statement)).rejects.toMatchObject(by)

describe('periods', () => {
  test('an Execution Firm ID belongs to one entity at a time', async () => {
    const give = (during: string) =>
      db.owner`insert into dc.firm_codes (kind, code, firm_id, during) values ('execution', '882', ${cedar}, ${during})`
    await refused(give(later), exclusion)
    await db.owner`update dc.firm_codes set during = tstzrange(lower(during), '2026-06-01') where code = '882'`
    await expect(Promise.resolve(give(later))).resolves.toBeDefined()
  })

  test('terms, placement, consent, contact, role and fee plan are in force once at a time', async () => {
    const again = (table: string) =>
      db.owner.unsafe(
        `insert into dc.${table} overriding system value select (jsonb_populate_record(t, jsonb_build_object('id', gen_random_uuid()))).* from dc.${table} t limit 1`,
      )
    for (const table of [
      'group_terms',
      'target_sources',
      'consents',
      'group_contacts',
      'role_grants',
      'fee_plans',
      'group_sources',
      'source_guarantors',
      'automation_rules',
      'group_states',
    ]) {
      await refused(again(table), exclusion)
    }
  })

  test('a source feeds many groups', async () => {
    await db.owner`insert into dc.groups (id, environment, owner_id, name, state) values (${id(101)}, 'sandbox', ${cedar}, 'Desk 7', 'live')`
    const add = db.owner`insert into dc.group_sources (group_id, source_id, environment, during, via, via_id)
      values (${id(101)}, ${source}, 'sandbox', ${later}, 'request', ${request})`
    await expect(Promise.resolve(add)).resolves.toBeDefined()
  })

  test('an empty one is refused', async () => {
    await refused(db.owner`update dc.group_sources set during = 'empty'`, check)
  })
})

describe('environments', () => {
  test('a source of one cannot be in a group of another', async () => {
    await db.owner`insert into dc.groups (id, environment, owner_id, name, state) values (${id(101)}, 'certification', ${alder}, 'Cert', 'live')`
    for (const environment of ['sandbox', 'certification']) {
      const add = db.owner`insert into dc.group_sources (group_id, source_id, environment, during, via, via_id)
        values (${id(101)}, ${source}, ${environment}, ${later}, 'request', ${request})`
      await refused(add, foreignKey)
    }
  })

  test('never change', async () => {
    await refused(db.owner`update dc.groups set environment = 'production'`, guarded)
    await refused(db.owner`update dc.targets set session_id = 'ABCDEF'`, guarded)
  })
})

describe('decisions', () => {
  const decide = (over: Record<string, unknown>) => {
    const row = {
      request_id: request,
      round: 1,
      owner_id: alder,
      firm_id: exchange,
      capacity: 'exchange',
      slice_digest: 'd2',
      submitted_by: people.ana,
      decided_by: people.gam,
      verdict: 'approve',
      authority: 'a',
      decided_at: '2026-03-02T00:00:00Z',
      ...over,
    }
    return db.owner`insert into dc.decisions ${db.owner(row)}`
  }

  test('nobody approves what they submitted', async () => {
    await db.owner`alter table dc.decisions disable trigger all`
    await refused(decide({ decided_by: people.ana, firm_id: alder }), {
      ...check,
      constraint_name: 'decisions_four_eyes',
    })
    await db.owner`alter table dc.decisions enable trigger all`
  })

  test('nobody lies about who submitted', async () => {
    await refused(decide({ submitted_by: people.ben }), { ...foreignKey, constraint_name: 'decisions_submitter' })
  })

  test('nobody approves what they were not shown', async () => {
    await refused(decide({ slice_digest: 'd1' }), { ...foreignKey, constraint_name: 'decisions_slice' })
  })

  test('nobody signs for a firm they are not of', async () => {
    await refused(decide({ decided_by: people.cy }), { ...foreignKey, constraint_name: 'decisions_signer' })
  })

  test('returning and rejecting need a reason', async () => {
    await refused(decide({ verdict: 'return' }), { ...check, constraint_name: 'decisions_reason' })
    await refused(decide({ verdict: 'reject', reason: '' }), { ...check, constraint_name: 'decisions_reason' })
  })

  test('a party decides once; after taking back, once more', async () => {
    const again = { firm_id: xenon, capacity: 'guarantor', slice_digest: 'd1', decided_by: people.xia }
    await refused(decide(again), { ...unique, constraint_name: 'decisions_one_standing' })
    const takeBack = () =>
      db.owner`update dc.decisions set taken_back_at = now(), taken_back_by = ${people.xia}, taken_back_reason = 'mistaken'`
    await takeBack()
    await refused(takeBack(), guarded)
    await decide(again)
    await refused(decide(again), unique)
  })

  test('are never changed and never removed', async () => {
    await refused(db.owner`update dc.decisions set verdict = 'reject', reason = 'x'`, guarded)
    await refused(db.owner`delete from dc.decisions`, guarded)
  })
})

describe('what was frozen', () => {
  test('stays as it was', async () => {
    await refused(db.owner`update dc.request_rounds set document = '{"a":1}'`, guarded)
    await refused(db.owner`delete from dc.request_rounds`, guarded)
    await refused(db.owner`update dc.request_parties set slice = '{"a":1}'`, guarded)
    await refused(db.owner`update dc.configuration_versions set digest = 'x'`, guarded)
    await refused(db.owner`update dc.configuration_parts set document = '{"a":1}'`, guarded)
    await refused(db.owner`update dc.audit_events set action = 'x'`, guarded)
    await refused(db.owner`delete from dc.audit_events`, guarded)
    await refused(db.owner`update dc.consents set up_to_level = 'all'`, guarded)
    await refused(db.owner`update dc.target_credentials set fingerprint = 'x'`, guarded)
  })

  test('save that a party is met and a consent ends', async () => {
    await db.owner`update dc.request_parties set met_by = 'decision' where capacity = 'guarantor'`
    await db.owner`update dc.consents set during = tstzrange(lower(during), '2026-04-01'), ended_by = ${people.xia}, end_reason = 'no longer ours'`
    expect(await db.owner`select 1 from dc.consents where upper(during) is not null`).toHaveLength(1)
  })
})

describe('requests', () => {
  const insert = (over: Record<string, unknown>) => {
    const row = {
      environment: 'sandbox',
      owner_id: alder,
      group_id: group,
      kind: 'change',
      state: 'with-firms',
      round: 1,
      drafted_by: people.ana,
      drafted_at: '2026-03-02',
      state_at: '2026-03-02',
      ...over,
    }
    return db.owner`insert into dc.requests ${db.owner(row)}`
  }

  test('one stands open on a group at a time; drafts are unlimited', async () => {
    await refused(insert({}), { ...unique, constraint_name: 'requests_one_open' })
    await insert({ state: 'draft', round: 0 })
    await insert({ state: 'draft', round: 0 })
  })

  test('a submitted one has a round and a group, a scheduled one an instant', async () => {
    await refused(insert({ state: 'returned', round: 0 }), check)
    await refused(insert({ state: 'returned', group_id: null }), check)
    await db.owner`update dc.requests set state = 'withdrawn'`
    await refused(insert({ state: 'scheduled' }), check)
  })

  test('belong to the owner of their group', async () => {
    await refused(insert({ owner_id: cedar, state: 'draft' }), {
      ...foreignKey,
      constraint_name: 'requests_group_owner',
    })
  })
})

describe('people and secrets', () => {
  test('nobody grants themselves a role', async () => {
    const grant = db.owner`insert into dc.role_grants (user_id, firm_id, role, during, granted_by)
      values (${people.ana}, ${alder}, 'firm-admin', ${later}, ${people.ana})`
    await refused(grant, { ...check, constraint_name: 'role_grants_not_own' })
  })

  test('nobody is of two firms, and an e-mail address is one person’s whatever its case', async () => {
    await refused(db.owner`update dc.users set firm_id = ${cedar} where id = ${people.ana}`, guarded)
    await refused(
      db.owner`insert into dc.users (firm_id, email, name) values (${cedar}, 'ANA@firm.example', 'x')`,
      unique,
    )
  })

  test('a credential has a verifier or a sealed secret, never both and never neither', async () => {
    const put = (verifier: string | null, sealed: Buffer | null) => db.owner`
      insert into dc.target_credentials (target_id, kind, verifier, sealed, fingerprint, claimed_by, claimed_at)
      values (${target}, 'password', ${verifier}, ${sealed}, 'f', ${people.ana}, now())`
    await refused(put(null, null), check)
    await refused(put('{}', Buffer.from('00', 'hex')), check)
  })

  test('a session ID is never used again', async () => {
    await db.owner`update dc.targets set state = 'closed'`
    const again = db.owner`insert into dc.targets (group_id, environment, session_id, gateway_kind, listen, state)
      values (${group}, 'sandbox', 'ODQ1Z9', 'cgw', '[]', 'open')`
    await refused(again, unique)
  })

  test('there is one exchange', async () => {
    await refused(db.owner`insert into dc.firms (name, is_exchange) values ('Second Exchange', true)`, unique)
  })
})

describe('numbers of configuration versions', () => {
  const publish = (number: number) => db.owner`
    insert into dc.configuration_versions (environment, number, cause, cause_id, made_at, digest)
    values ('sandbox', ${number}, 'emergency', ${request}, now(), 'd')`

  test('follow one another', async () => {
    await refused(publish(3), guarded)
    await publish(2)
    await refused(publish(2), unique)
    expect(await db.owner`select newest_version from dc.environments`).toEqual([{ newest_version: 2 }])
  })
})
