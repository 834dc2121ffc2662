import { accessSync, constants, mkdirSync, readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { type Client, type ClientEvent, type ClientOptions, type ClientSummary, startClient } from '#client/client.ts'
import { copyAsJson, copyAsText, describeCopy } from '#client/describe-copy.ts'
import type { Credential } from '#domain/configuration/fields.ts'
import { parseSnapshot, type SnapshotTarget } from '#domain/configuration/snapshot.ts'
import type { PeerAddress } from '#peer/open-socket.ts'
import { askedToStop } from './asked-to-stop.ts'
import { proofOf } from './client-credentials.ts'
import { type Command, UsageError } from './command.ts'
import { print, printNote } from './terminal.ts'
import { readTls, tlsOptions } from './tls-options.ts'

const options = {
  host: { type: 'string' },
  port: { type: 'string' },
  config: { type: 'string' },
  session: { type: 'string' },
  password: { type: 'string' },
  protocol: { type: 'string' },
  'access-key': { type: 'string' },
  'secret-file': { type: 'string' },
  segment: { type: 'string' },
  backup: { type: 'string' },
  'target-comp-id': { type: 'string' },
  'target-sub-id': { type: 'string' },
  'sub-id': { type: 'string' },
  location: { type: 'string' },
  heartbeat: { type: 'string' },
  ...tlsOptions,
  policy: { type: 'string' },
  'application-resend': { type: 'string', default: 'holes' },
  raw: { type: 'boolean' },
  json: { type: 'boolean' },
  quiet: { type: 'boolean' },
  data: { type: 'string' },
  state: { type: 'string' },
  fresh: { type: 'boolean' },
  until: { type: 'string' },
  for: { type: 'string' },
  once: { type: 'boolean' },
  refusals: { type: 'string', default: '5' },
} as const

const read = (argv: string[]) => parseArgs({ args: argv, options }).values
type Values = ReturnType<typeof read>

export const command: Command = {
  name: 'client',
  async run(argv) {
    const values = read(argv)
    const { known, ...where } = values.config === undefined ? given(values) : configured(values.config, values)
    const options = clientOptions(values, where)
    const mask = maskOf(values.password)
    const proof = await proofOf({
      session: options.session,
      protocol: options.protocol,
      mayGoWithout: options.policy === 'fix',
      password: values.password,
      accessKeyId: values['access-key'],
      secretFile: values['secret-file'],
      known,
    })
    const until = values.until === undefined ? undefined : wholeNumber('--until', values.until)
    const seconds = values.for === undefined ? undefined : wholeNumber('--for', values.for)
    const client = startClient({ ...options, ...proof, onEvent: (event) => printNote(mask(wordsOf(event))) })
    const counter = values.quiet
      ? setInterval(() => print(JSON.stringify({ copies: client.summary().copies })), 1000)
      : undefined
    await ending(client, until, seconds)
    const summary = await client.stop()
    clearInterval(counter)
    printSummary(summary, values.json === true || values.quiet === true)
    return summary.clean ? 0 : 1
  },
}

/** Resolves at a signal, after enough copies, when the time is over, or when nothing is left to try. */
function ending(client: Client, until: number | undefined, seconds: number | undefined): Promise<unknown> {
  const ends: Promise<unknown>[] = [client.ended, askedToStop()]
  if (until !== undefined) ends.push(client.until(() => client.receipts.copies >= until))
  if (seconds !== undefined) ends.push(sleep(seconds * 1000, undefined, { ref: false }))
  return Promise.race(ends)
}

type Where = Pick<ClientOptions, 'host' | 'port' | 'tls' | 'session' | 'others' | 'exchange'> & {
  protocol?: 'classic' | 'dc4'
  policy?: 'cme' | 'fix'
}

function given(values: Values): Where & { known: readonly Credential[] } {
  const { host, port, session } = values
  const tls = readTls(values, values.tls === true)
  if (host === undefined || port === undefined || session === undefined) {
    throw new UsageError('--host, --port and --session are needed, or --config; --help says more')
  }
  if (!/^[A-Za-z0-9]{6}$/.test(session))
    throw new UsageError('--session has 6 letters or digits, without the N at its end')
  const exchange = exchangeOf(values, { compId: 'CME', subId: values.segment ?? 'G' })
  return { host, port: wholeNumber('--port', port), ...(tls && { tls }), session, exchange, known: [] }
}

function configured(path: string, values: Values): Where & { known: readonly Credential[] } {
  const { session, segment } = values
  const parsed = parseSnapshot(JSON.parse(readFileSync(path, 'utf8')))
  if (!parsed.ok)
    throw new UsageError([`${path} is not a configuration snapshot:`, ...parsed.error.problems].join('\n  '))
  const { targets, exchange } = parsed.value
  const target = session === undefined ? targets[0] : targets.find((one) => one.sessionId === session)
  if (!target) throw new UsageError(`--session: there is no target ${session ?? ''} in ${path}`)
  const own = segment ?? target.listen.find((one) => one.segment !== undefined)?.segment
  const listen = addressesOf(target, own)
  const tls = readTls(values, values.tls === true || listen.some((one) => one.tls !== undefined))
  const [first, ...others] = listen.map(({ host, port, tls: secured }): PeerAddress => {
    return { host, port, ...((values.tls || secured) && tls && { tls }) }
  })
  if (!first) throw new UsageError(`--segment: target ${target.sessionId} has no address for segment ${own}`)
  return {
    ...first,
    others,
    session: target.sessionId,
    exchange: exchangeOf(values, own === undefined ? exchange : { ...exchange, subId: own }),
    protocol: target.protocol,
    policy: typeof target.policy === 'string' ? target.policy : target.policy.preset,
    known: target.credentials,
  }
}

const exchangeOf = (values: Values, known: { compId: string; subId: string }) => ({
  compId: values['target-comp-id'] ?? known.compId,
  subId: values['target-sub-id'] ?? known.subId,
})

/** The one in force first. */
const addressesOf = ({ listen, active }: SnapshotTarget, segment: string | undefined) =>
  listen.filter((one) => one.segment === segment).sort((a, b) => Number(b.role === active) - Number(a.role === active))

/** Never in the working directory, which may be a checkout, or not ours to write in. @throws UsageError */
function statePath({ data, state }: Values, session: string): string {
  if (state !== undefined) return state
  const folder = data ?? join(homedir(), '.drop-copy')
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    accessSync(folder, constants.W_OK)
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw new UsageError(`the client cannot keep its numbers in ${folder}: ${why}. Name another folder with --data`)
  }
  return join(folder, `client-${session}.json`)
}

type Settled = ClientOptions & { protocol: 'classic' | 'dc4'; policy: 'cme' | 'fix' }

function clientOptions(values: Values, where: Where): Settled {
  const { 'application-resend': applicationResend } = values
  const policy = values.policy ?? where.policy ?? 'cme'
  if (policy !== 'cme' && policy !== 'fix') throw new UsageError('--policy is cme or fix')
  const protocol = values.protocol ?? where.protocol ?? (values['access-key'] === undefined ? 'classic' : 'dc4')
  if (protocol !== 'classic' && protocol !== 'dc4') throw new UsageError('--protocol is classic or dc4')
  if (applicationResend !== 'holes' && applicationResend !== 'gap-fills' && applicationResend !== 'never')
    throw new UsageError('--application-resend is holes, gap-fills or never')
  const refusals = wholeNumber('--refusals', values.refusals)
  return {
    ...where,
    ...(values.backup === undefined
      ? {}
      : { others: [{ ...addressOf(values.backup), ...(where.tls && { tls: where.tls }) }] }),
    ...(values['sub-id'] === undefined ? {} : { subId: values['sub-id'] }),
    ...(values.location === undefined ? {} : { locationId: values.location }),
    ...(values.heartbeat === undefined ? {} : { heartbeatS: wholeNumber('--heartbeat', values.heartbeat) }),
    protocol,
    policy,
    applicationResend,
    state: statePath(values, where.session),
    ...(refusals === 0 ? {} : { refusals }),
    fresh: values.fresh === true,
    once: values.once === true,
    ...(values.quiet ? {} : { onCopy: printer(values) }),
  }
}

function printer(values: Values): NonNullable<ClientOptions['onCopy']> {
  if (values.raw) return (_receipt, message) => print(copyAsText(message))
  if (values.json) return ({ facts }, message) => print(copyAsJson(message, facts))
  return ({ facts }, message) => print(describeCopy(message, facts))
}

function wordsOf(event: ClientEvent): string {
  const { event: name, ...rest } = event
  const text =
    'text' in rest && name !== 'refused'
      ? rest.text
      : Object.values(rest)
          .filter((v) => v !== undefined)
          .join(' ')
  return `${name}: ${text}`
}

/** Masks a password that the other end repeats. */
const maskOf = (password: string | undefined) => (text: string) => (password ? text.replaceAll(password, '***') : text)

function printSummary(summary: ClientSummary, asJson: boolean): void {
  if (asJson) {
    print(JSON.stringify({ event: 'summary', ...summary }))
    return
  }
  const { sources, session, clean, ...counts } = summary
  print('')
  print(
    `${session}: ${Object.entries(counts)
      .map(([name, value]) => `${name} ${value}`)
      .join(', ')}`,
  )
  for (const [id, one] of Object.entries(sources)) {
    const restarts = one.restarts === 0 ? '' : `, restarts ${one.restarts}`
    print(
      `  ${id}  received ${one.received}, last ${one.last}${restarts}, chain breaks ${one.chainBreaks}${one.mended === 0 ? '' : ` (mended ${one.mended})`}, doubled ${one.doubled}, renumbered ${one.renumbered}`,
    )
  }
  print(clean ? 'clean: nothing missing, doubled or renumbered' : 'not clean')
}

function addressOf(text: string): { host: string; port: number } {
  const at = text.lastIndexOf(':')
  if (at < 1) throw new UsageError(`${text} is not HOST:PORT`)
  return { host: text.slice(0, at), port: wholeNumber('the port', text.slice(at + 1)) }
}

function wholeNumber(name: string, text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new UsageError(`${name} must be a whole number, not ${text}`)
  return Number(text)
}
