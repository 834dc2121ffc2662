import type { Database } from '#db/client.ts'
import type { Actor } from '#domain/people/permissions.ts'
import type { EnvironmentSettings } from '#domain/reference/settings.ts'
import type { Deps } from '#services/deps.ts'
import { publishSettings } from '#services/reference/publish-settings.ts'
import type { Refused } from '#services/refused.ts'
import { decideRequest } from '#services/request/decide-request.ts'
import { saveDraft } from '#services/request/save-draft.ts'
import { startRequest } from '#services/request/start-request.ts'
import { submitRequest } from '#services/request/submit-request.ts'
import { createCredential } from '#services/target/create-credential.ts'
import { findRequestPage } from '../app/views/request/request-page.ts'
import { insertAccount, insertFeePlan, listAccounts } from './queries/billing/billing.ts'
import { transactionInstant } from './queries/command/instant.ts'
import { insertFeed } from './queries/feed/feeds.ts'
import { insertSource } from './queries/feed/sources.ts'
import { insertDomain } from './queries/people/firm-domains.ts'
import { insertAgreement, insertFirm, insertFirmGam } from './queries/people/firms.ts'
import { findActor, grantRoles, insertUser } from './queries/people/people.ts'
import { listTargetsOf } from './queries/target/targets.ts'
import { firms } from './schema/firms.ts'
import { returnReason, type SeedGroup, seedFirms, seedGroups, seedPeople, seedSources } from './seed-data.ts'

/** Where the sandbox's gateway connects and its clients log on. */
type SandboxConnection = {
  feed: { host: string; port: number }
  listen: EnvironmentSettings['listen']
}

/** The password of the simulated client; only this answer has it. */
export type Seeded = { client: { group: string; sessionId: string; senderCompId: string; secret: string } }

export const sandboxFeed = 'gw1'
const environment = 'sandbox'

/**
 * Fill an empty sandbox by running the services as each person. Two groups are published (the connector's reports make
 * them live), one request waits for a clearing firm, one was returned, one draft is ready to submit.
 * @returns undefined when the sandbox is not empty
 */
export async function seedSandbox(
  database: Pick<Database, 'withActor' | 'asJobs'>,
  deps: Omit<Deps, 'withActor'>,
  connection: SandboxConnection,
): Promise<Seeded | undefined> {
  const isEmpty = await database.asJobs(async (tx) => (await tx.$count(firms)) === 0)
  if (!isEmpty) return undefined
  const ids = await enterReferenceData(database, deps, connection)
  const people = await actorsOf(database, ids, deps)
  const story = { database, people, deps: { ...deps, withActor: database.withActor } }
  const risk = await askFor(story, 'cedar-risk')
  await signAndApprove(story, risk, ['xan', 'bailey'])
  const surveillance = await askFor(story, 'dogwood-surveillance')
  await signAndApprove(story, surveillance, ['xan', 'bailey'])
  const options = await askFor(story, 'alder-options')
  await answer(story, options, 'bailey', 'approve', '')
  const backOffice = await askFor(story, 'cedar-back-office')
  await answer(story, backOffice, 'bailey', 'return', returnReason)
  await draft(story, 'alder-desk-7')
  return { client: await simulatedClient(story, risk) }
}

type Story = { database: Pick<Database, 'withActor' | 'asJobs'>; people: Map<string, Actor>; deps: Deps }
type Ids = { firms: Map<string, string>; people: Map<string, string> }

const get = <T>(map: Map<string, T>, key: string): T => {
  const value = map.get(key)
  if (value === undefined) throw new Error(`the seed names ${key}, which it did not make`)
  return value
}

/** Enters what an installation has before anybody asks for anything: firms, people, sessions, fees. */
async function enterReferenceData(
  database: Story['database'],
  { newId }: Pick<Deps, 'newId'>,
  connection: SandboxConnection,
): Promise<Ids> {
  const ids: Ids = {
    firms: new Map(seedFirms.map((firm) => [firm.key, newId()])),
    people: new Map(seedPeople.map((person) => [person.key, newId()])),
  }
  await database.asJobs(async (tx) => {
    const now = await transactionInstant(tx)
    for (const { key, name, domain, isExchange = false, codes } of seedFirms) {
      await insertFirm(tx, { id: get(ids.firms, key), name, isExchange }, codes, now)
      await insertDomain(tx, { id: newId(), firmId: get(ids.firms, key), domain }, now)
      await insertAgreement(tx, get(ids.firms, key), `SAMPLE-${key.toUpperCase()}`, now)
    }
    for (const { key, firm, roles, ...person } of seedPeople) {
      const user = { id: get(ids.people, key), firmId: get(ids.firms, firm) }
      await insertUser(tx, { ...user, ...person })
      await grantRoles(tx, user, roles, null, now)
    }
    const gam = { gamId: get(ids.people, 'harper'), deputyId: get(ids.people, 'hollis') }
    for (const firmId of ids.firms.values()) await insertFirmGam(tx, { firmId, ...gam }, now)
    const settings = await publishSettings(tx, environment, settingsOf(connection), undefined, {
      newId,
      now: () => now,
    })
    if (!settings.ok) throw new Error(`the settings cannot be published: ${JSON.stringify(settings.error)}`)
    await insertFeed(tx, { id: sandboxFeed, environment, gatewayKind: 'cgw', settings: feedSettings(connection) })
    for (const { session, firm, guarantors } of seedSources) {
      const executionCode = seedFirms.find((one) => one.key === firm)?.codes[0]?.code ?? ''
      const row = { id: newId(), environment, sessionCode: session, executionCode } as const
      const where = { feedId: sandboxFeed, gatewayKind: 'cgw', operatedBy: get(ids.firms, firm) } as const
      await insertSource(
        tx,
        { ...row, ...where },
        guarantors.map((key) => get(ids.firms, key)),
        now,
      )
    }
    for (const key of ['alder', 'cedar', 'dogwood']) {
      const firmId = get(ids.firms, key)
      const name = `${seedFirms.find((one) => one.key === key)?.name}, monthly account`
      await insertAccount(tx, { id: newId(), firmId, ownerId: firmId, number: `S-${key.toUpperCase()}-1`, name })
    }
    await insertFeePlan(tx, feePlan(newId(), now))
  })
  return ids
}

const feePlan = (id: string, now: Date) => ({
  id,
  name: 'Sample plan',
  currency: 'USD',
  monthlyMinor: 125_000,
  firstWaived: true,
  sourceDocument: 'Sample fee schedule of the sandbox, not a price list',
  isSample: true,
  during: { from: new Date(Date.UTC(now.getUTCFullYear() - 1, 0, 1)), until: null },
})

const settingsOf = ({ listen }: SandboxConnection): EnvironmentSettings => ({
  exchange: { compId: 'CME', subId: 'G' },
  listen,
  queueDepth: 'all',
  queueGraceS: 60,
})

const feedSettings = ({ feed }: SandboxConnection) => ({
  mode: 'accept',
  ...feed,
  dialect: 'encapsulated',
  ourCompId: 'DROPCOPY',
  theirCompId: 'GW1',
  heartbeatS: 30,
})

async function actorsOf(
  database: Story['database'],
  ids: Ids,
  { now }: Pick<Deps, 'now'>,
): Promise<Map<string, Actor>> {
  return database.asJobs(async (tx) => {
    const people = new Map<string, Actor>()
    for (const [key, id] of ids.people) {
      const actor = await findActor(tx, id, now())
      if (actor) people.set(key, actor)
    }
    return people
  })
}

/** @throws what the service answered instead: a refusal is a bug of the seed */
function done<T>(answered: { ok: true; value: T } | { ok: false; error: Refused }): T {
  if (answered.ok) return answered.value
  throw new Error(`the seed was refused: ${JSON.stringify(answered.error)}`)
}

/** Write a draft through the form's own steps. @returns its number and version */
async function draft(
  { database, people, deps }: Story,
  key: SeedGroup['key'],
): Promise<{ number: number; version: number }> {
  const group = seedGroups.find((one) => one.key === key)
  if (!group) throw new Error(`the seed has no group ${key}`)
  const by = get(people, group.by)
  const commandId = deps.newId
  const started = await startRequest({ commandId: commandId(), kind: 'new-group', environment }, by, deps)
  const { number } = done(started)
  const accounts = await database.withActor(by, (tx) => listAccounts(tx, by.firmId))
  const { groupName, purpose, sources, level, contacts } = group
  const steps: { step: 'group' | 'sources' | 'people'; fields: Record<string, unknown> }[] = [
    { step: 'group', fields: { groupName, purpose, billingAccountId: accounts[0]?.id, feeAcknowledged: true } },
    { step: 'sources', fields: { sources, level, protocol: 'classic' } },
    { step: 'people', fields: { contacts, connection: { line: 'existing', addresses: [], notes: '' } } },
  ]
  let version = 1
  for (const step of steps)
    version = done(await saveDraft({ commandId: commandId(), number, version, ...step }, by, deps)).version
  return { number, version }
}

async function askFor(story: Story, key: SeedGroup['key']): Promise<number> {
  const { number, version } = await draft(story, key)
  const by = get(story.people, seedGroups.find((one) => one.key === key)?.by ?? '')
  done(await submitRequest({ commandId: story.deps.newId(), number, version }, by, story.deps))
  return number
}

async function signAndApprove(story: Story, number: number, signers: readonly string[]): Promise<void> {
  for (const signer of signers) await answer(story, number, signer, 'approve', '')
  await answer(story, number, 'harper', 'approve', '')
}

/** Answers with what this person's page shows them. */
async function answer(
  { database, people, deps }: Story,
  number: number,
  who: string,
  verdict: 'approve' | 'return',
  reason: string,
): Promise<void> {
  const by = get(people, who)
  const page = await database.withActor(by, (tx) => findRequestPage(tx, by, number, deps.now()))
  if (!page?.mine) throw new Error(`${who} has nothing to answer on request ${number}`)
  const { capacity, digest, round } = page.mine
  done(await decideRequest({ commandId: deps.newId(), number, round, capacity, digest, verdict, reason }, by, deps))
}

async function simulatedClient({ database, people, deps }: Story, number: number): Promise<Seeded['client']> {
  const by = get(people, 'casey')
  const target = await database.withActor(by, async (tx) => {
    const page = await findRequestPage(tx, by, number, deps.now())
    const [first] = page?.groupId ? await listTargetsOf(tx, page.groupId, deps.now()) : []
    return first && page ? { group: page.groupName, sessionId: first.sessionId } : undefined
  })
  if (!target) throw new Error(`request ${number} made no target`)
  const reason = 'Password of the simulated client'
  const { sessionId } = target
  const { secret } = done(await createCredential({ commandId: deps.newId(), sessionId, reason }, by, deps))
  if (secret === null) throw new Error('the password of the simulated client was made before')
  return { ...target, senderCompId: `${sessionId}N`, secret }
}
