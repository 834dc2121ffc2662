import { randomUUID } from 'node:crypto'
import { parseArgs } from 'node:util'
import { configOfProcess } from '#app/config.ts'
import type { Database, Tx } from '#db/client.ts'
import { findFailOverFacts } from '#db/queries/target/fail-over.ts'
import { findTarget } from '#db/queries/target/targets.ts'
import { shard as shardName } from '#domain/configuration/fields.ts'
import { type Environment, environments } from '#domain/reference/environment.ts'
import { mainShard } from '#domain/reference/shard.ts'
import { reason } from '#domain/request/input.ts'
import {
  consequenceOf,
  fitCommand,
  isOfConnector,
  type SessionAction,
  sessionActions,
} from '#domain/session/command.ts'
import { type AddressRole, addressRoles, failOverConsequence, fitFailOver } from '#domain/session/fail-over.ts'
import { commandSession } from '#services/session/command-session.ts'
import { failOver } from '#services/target/fail-over-target.ts'
import { pause } from '#services/target/pause-target.ts'
import { resume } from '#services/target/resume-target.ts'
import { listSessions, type SessionRow } from '#views/session/sessions.ts'
import { type Command, UsageError } from './command.ts'
import { helpOf } from './help.ts'
import { publish } from './publish.ts'
import { answered, isHeard, type Told, whenAnswered } from './session-answer.ts'
import { printSessions } from './session-list.ts'
import { askLocally } from './session-local.ts'
import { isConfirmed, operator, print, printNote } from './terminal.ts'
import { withDatabase } from './with-database.ts'

const verbs = ['pause', 'resume', 'fail-over', ...sessionActions] as const
type Verb = (typeof verbs)[number]

type Asked = {
  verb: Verb | 'list'
  name: string
  /** The shard of the connector that is named. */
  shard: string
  to?: AddressRole
  reason: string
  yes: boolean
  expected?: number
  next?: number
  /** The data directory of a connector that runs from a file. */
  data?: string
}

export const command: Command = {
  name: 'session',
  async run(argv) {
    const asked = read(argv)
    if (asked !== 'list' && asked.data !== undefined) return askLocally({ ...asked, data: asked.data })
    return withDatabase(configOfProcess(), async ({ database }) => {
      if (asked === 'list') return printSessions(database)
      return carryOut(database, asked)
    })
  },
}

const listing = { verb: 'list' as const, name: '', shard: mainShard, reason: '', yes: true }

/** @throws UsageError */
function read(argv: string[]): Asked | 'list' {
  const text = { type: 'string' } as const
  const { values, positionals } = parseArgs({
    args: argv,
    allowPositionals: true,
    options: {
      ...{ reason: text, expected: text, next: text, shard: text, data: text },
      yes: { type: 'boolean', default: false },
    },
  })
  const [word, name, role, ...rest] = positionals
  const { data } = values
  const local = data !== undefined && { data }
  if (word === 'list' && name === undefined && !local) return 'list'
  if (word === 'list' && name === undefined && local) return { ...listing, ...local }
  const verb = verbs.find((one) => one === word)
  const to = addressRoles.find((one) => one === role)
  const isNamed = local && isOfConnector(word ?? '') ? name === undefined : name !== undefined
  const isWhole = isNamed && rest.length === 0 && (verb === 'fail-over' ? to : role === undefined)
  if (!verb || !isWhole) throw new UsageError(helpOf('session'))
  const shard = shardName.safeParse(values.shard ?? mainShard)
  if (!shard.success) throw new UsageError(`--shard ${shard.error.issues[0]?.message ?? ''}`)
  if (values.shard !== undefined && !isOfConnector(verb))
    throw new UsageError('--shard is for acknowledge and confirm-clock: a session has its own')
  const why = reason.safeParse(values.reason ?? '')
  if (!why.success) throw new UsageError(`--reason: ${why.error.issues[0]?.message ?? 'it is needed'}`)
  const expected = numberIn(values.expected)
  const next = numberIn(values.next)
  const numbers = { ...(expected !== undefined && { expected }), ...(next !== undefined && { next }) }
  const { yes } = values
  return { verb, name: name ?? '', shard: shard.data, ...(to && { to }), reason: why.data, yes, ...numbers, ...local }
}

const numberIn = (text: string | undefined): number | undefined =>
  text === undefined ? undefined : /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN

async function carryOut(database: Database, asked: Asked): Promise<number> {
  const { verb } = asked
  const { session, isHeardOf } = await database.asJobs((tx) => find(tx, asked))
  const action = actionOf(verb)
  if (action) {
    const fit = fitCommand(session.kind, { ...asked, action })
    if (!fit.ok) throw new UsageError(fit.error.sentence)
    print(consequenceOf(session, { ...asked, action }))
  } else {
    if (session.kind !== 'target' || asked.name.includes('/'))
      throw new UsageError(`${verb} takes a target as a whole, by its session id.`)
    if (asked.to) {
      const ended = await sayFailOver(database, session.name, asked.to)
      if (ended !== undefined) return ended
    } else print(consequenceOf(session, { action: verb === 'pause' ? 'pause' : 'resume' }))
  }
  if (!(await isConfirmed(asked.yes))) {
    print('Nothing was done.')
    return 1
  }
  const told = action ? await ask(database, session, asked, action) : await publishTarget(database, session, asked)
  if ('refused' in told) {
    printNote(told.refused)
    return 1
  }
  return answered(told, isHeardOf)
}

const actionOf = (verb: string): SessionAction | undefined => sessionActions.find((one) => one === verb)

async function find(tx: Tx, { name, verb, shard }: Asked): Promise<{ session: SessionRow; isHeardOf: boolean }> {
  const environment = environments.find((one) => one === name)
  if (isOfConnector(verb) && environment)
    return { session: connectorRow(environment, shard), isHeardOf: await isHeard(tx, { environment, shard }) }
  const all = await listSessions(tx, new Date())
  const base = name.split('/')[0]?.toUpperCase()
  const session = all.find((one) => one.name === (one.kind === 'target' ? base : name))
  if (!session) throw new UsageError(`there is no target and no feed ${name}; drop-copy session list names them`)
  return { session, isHeardOf: await isHeard(tx, session) }
}

/** The connector of a shard, as far as a command names it. */
const connectorRow = (environment: Environment, shard: string): SessionRow => ({
  ...{ kind: 'connector', name: environment, environment, shard, ownerId: null, protocol: 'classic' },
  ...{ state: '', says: '', isLoggedOn: false, nextIn: 1, nextOut: 1, waiting: 0, held: 0 },
})

async function ask(database: Database, session: SessionRow, asked: Asked, action: SessionAction): Promise<Told> {
  const id = randomUUID()
  const of = { ...session, session: session.kind === 'target' ? asked.name.toUpperCase() : asked.name }
  const by = { operator: operator(), reason: asked.reason, id }
  const told = await database.asJobs((tx) => commandSession(tx, of, { ...asked, action }, by, new Date()))
  if (!told.ok) return { refused: told.error.sentence }
  const until = `${told.value.expiresAt.toISOString().slice(11, 16)} UTC`
  return { waiting: `it is carried out if one starts before ${until}, and not after`, poll: whenAnswered(database, id) }
}

/** Prints what a failover will do. @returns the exit code when there is nothing to confirm */
async function sayFailOver(database: Database, sessionId: string, to: AddressRole): Promise<number | undefined> {
  const facts = await database.asJobs(async (tx) => {
    const target = await findTarget(tx, sessionId)
    return target && findFailOverFacts(tx, target, new Date())
  })
  if (!facts) throw new UsageError(`there is no target ${sessionId}`)
  const fit = fitFailOver(facts, to)
  if (!fit.ok) {
    printNote(fit.error.sentence)
    return 1
  }
  for (const sentence of failOverConsequence(facts, to)) print(sentence)
  return fit.value.isDone ? 0 : undefined
}

function publishTarget(database: Database, { name, environment, shard }: SessionRow, asked: Asked): Promise<Told> {
  const { to, verb, reason } = asked
  const input = { sessionId: name, reason }
  const by = { operator: operator() }
  const act = verb === 'pause' ? pause : resume
  return publish(
    database,
    { environment, shard },
    (tx, now) => (to ? failOver(tx, { ...input, to }, by, now) : act(tx, input, by, now)),
    `The ${to} address of ${name} is in force already. Nothing was changed.`, // by somebody else since it was asked
  )
}
