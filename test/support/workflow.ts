import { randomUUID } from 'node:crypto'
import type { Environment } from '#domain/reference/environment.ts'
import type { Capacity, DecisionVerdict, RequestKind } from '#domain/request/lifecycle.ts'
import type { Result } from '#domain/result.ts'
import { confirmApplied } from '#services/jobs/jobs.ts'
import type { Refused } from '#services/refused.ts'
import { decideRequest } from '#services/request/decide-request.ts'
import { saveDraft } from '#services/request/save-draft.ts'
import { startRequest } from '#services/request/start-request.ts'
import { submitRequest } from '#services/request/submit-request.ts'
import { findDraftPage } from '#views/request/draft-page.ts'
import { findRequestPage } from '#views/request/request-page.ts'
import { type FreshDb, freshDb } from './fresh-db.ts'
import { openSandbox, type Person, type Sandbox } from './sandbox.ts'

export type Workflow = ReturnType<typeof workflowOf>

/** A database with the sandbox in it, whose connector has said that everything runs. The caller closes the database. */
export async function openWorkflow(): Promise<{ db: FreshDb; sandbox: Sandbox; flow: Workflow }> {
  const db = await freshDb()
  const sandbox = await openSandbox(db)
  await connectorRunsAll(db, sandbox)
  return { db, sandbox, flow: workflowOf(db, sandbox) }
}

/** The value, or a failure that shows the refusal. */
export function done<T>(answered: Result<T, Refused>): T {
  if (answered.ok) return answered.value
  throw new Error(`refused: ${JSON.stringify(answered.error)}`)
}

/** The refusal's code, or 'done'. */
export const codeOf = (answered: Result<unknown, Refused>): string => (answered.ok ? 'done' : answered.error.code)

export type Wish = {
  name: string
  sources: string[]
  level?: 'executions' | 'acknowledgments' | 'all'
  protocol?: 'classic' | 'dc4'
  contacts?: { name: string; email: string; clearingCode: string }[]
  accountId?: string
}

/** Commands as people send them, each with a fresh id and what their page showed them. */
export function workflowOf(db: FreshDb, sandbox: Sandbox) {
  const { deps } = sandbox
  const commandId = () => randomUUID()
  const environment: Environment = 'sandbox'
  const page = async (person: Person, number: number) => {
    const me = await sandbox.actor(person)
    return db.database.withActor(me, (tx) => findRequestPage(tx, me, number, db.clock.now))
  }
  const draftPage = async (person: Person, number: number) => {
    const me = await sandbox.actor(person)
    return db.database.withActor(me, (tx) => findDraftPage(tx, me, number, db.clock.now))
  }
  const start = async (person: Person, kind: RequestKind, groupId?: string) => {
    sandbox.tick()
    return startRequest({ commandId: commandId(), kind, environment, groupId }, await sandbox.actor(person), deps)
  }
  const save = async (
    person: Person,
    number: number,
    step: 'group' | 'sources' | 'people',
    fields: Record<string, unknown>,
  ) => {
    sandbox.tick()
    const version = (await draftPage(person, number))?.version ?? 1
    return saveDraft({ commandId: commandId(), number, version, step, fields }, await sandbox.actor(person), deps)
  }
  const submit = async (person: Person, number: number, version?: number) => {
    sandbox.tick()
    const read = version ?? (await draftPage(person, number))?.version ?? 1
    return submitRequest({ commandId: commandId(), number, version: read }, await sandbox.actor(person), deps)
  }
  const decide = async (
    person: Person,
    number: number,
    verdict: DecisionVerdict,
    shown: { capacity?: Capacity; round?: number; digest?: string; reason?: string } = {},
  ) => {
    sandbox.tick()
    const mine = (await page(person, number))?.mine
    const { capacity = 'guarantor', round = 1, digest = '0'.repeat(64) } = { ...mine, ...shown }
    const reason = shown.reason ?? (verdict === 'approve' ? '' : 'because')
    const input = { commandId: commandId(), number, verdict, capacity, round, digest, reason }
    return decideRequest(input, await sandbox.actor(person), deps)
  }
  const wish = async (
    person: Person,
    { name, sources, level = 'all', protocol = 'classic', contacts = [], accountId }: Wish,
  ) => {
    const { number } = done(await start(person, 'new-group'))
    const account = accountId ?? (await draftPage(person, number))?.accounts[0]?.id
    const people = contacts.map((one) => ({ title: '', phone: '+1 312 555 0100', ...one }))
    done(await save(person, number, 'group', { groupName: name, billingAccountId: account, feeAcknowledged: true }))
    done(await save(person, number, 'sources', { sources, level, protocol }))
    done(await save(person, number, 'people', { contacts: people, connection: { line: 'existing', addresses: [] } }))
    return number
  }
  /** All the way to `applying`: every party approves what its page shows. */
  const publish = async (number: number, signers: readonly Person[]) => {
    for (const signer of signers) done(await decide(signer, number, 'approve'))
    return done(await decide('harper', number, 'approve'))
  }
  return { deps, commandId, page, draftPage, start, save, submit, decide, wish, publish }
}

/** The connector reports every part of every version as running, and the portal takes note. */
export async function connectorRunsAll(db: FreshDb, sandbox: Sandbox): Promise<number[]> {
  sandbox.tick()
  await db.owner`
    insert into dc.configuration_reports (environment, number, connector, kind, object_id, state, at)
    select environment, number, 'test', kind, object_id, 'running', ${db.clock.now} from dc.configuration_parts
    where kind <> 'environment' on conflict do nothing`
  await db.owner`
    insert into dc.observed_connectors (environment, connector, state, pid, host, release, started_at, heard_at, running_version)
    select environment, 'test', 'running', 1, 'test', '0', ${db.clock.now}, ${db.clock.now}, newest_version from dc.environments where environment = 'sandbox'
    on conflict (environment, shard, connector) do update set running_version = excluded.running_version, heard_at = excluded.heard_at`
  return confirmApplied({ ...sandbox.deps, asJobs: db.database.asJobs })
}

export async function stateOf(db: FreshDb, number: number): Promise<string> {
  const [row] = await db.owner<{ state: string }[]>`select state from dc.requests where number = ${number}`
  return row?.state ?? 'gone'
}

export async function groupIdOf(db: FreshDb, name: string): Promise<string> {
  const [row] = await db.owner<{ id: string }[]>`select id from dc.groups where name = ${name} order by state limit 1`
  return row?.id ?? ''
}
