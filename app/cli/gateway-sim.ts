import { accessSync, constants, readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { parseSnapshot } from '#domain/configuration/snapshot.ts'
import { feedEnds } from '#gateway-sim/from-snapshot.ts'
import { type GatewaySim, startGatewaySim } from '#gateway-sim/gateway-sim.ts'
import { counted } from '#gateway-sim/log-problems.ts'
import type { GatewaySimOptions, Rate, SimEvent } from '#gateway-sim/options.ts'
import { askedToStop } from './asked-to-stop.ts'
import { type Command, UsageError } from './command.ts'
import { print, printNote } from './terminal.ts'
import { readTls, tlsOptions } from './tls-options.ts'

const options = {
  config: { type: 'string' },
  feed: { type: 'string', multiple: true },
  connect: { type: 'string' },
  listen: { type: 'string' },
  dialect: { type: 'string', default: 'encapsulated' },
  our: { type: 'string', default: 'GW1' },
  their: { type: 'string', default: 'DROPCOPY' },
  password: { type: 'string' },
  ...tlsOptions,
  sources: { type: 'string' },
  seed: { type: 'string', default: '1' },
  rate: { type: 'string' },
  count: { type: 'string' },
  replay: { type: 'string' },
  fast: { type: 'boolean' },
  state: { type: 'string' },
  for: { type: 'string' },
  exit: { type: 'boolean' },
} as const

/** With --exit: how long the connector may be away, or take nothing more. */
const patienceMs = 60_000

const read = (argv: string[]) => parseArgs({ args: argv, options }).values
type Values = ReturnType<typeof read>

export const command: Command = {
  name: 'gateway-sim',
  async run(argv) {
    const values = read(argv)
    const stopped = stopSignal(values)
    if (values.replay !== undefined) mustBeReadable(values.replay)
    const sims = await Promise.all(simOptions(values).map(startGatewaySim))
    const isInVain = () => values.replay !== undefined && !sims.some((sim) => sim.isPlayed)
    // after a log of which nothing was sent, there is no reason to stay
    const inVain = Promise.all(sims.map((sim) => sim.done)).then(() => isInVain() || new Promise(() => {}))
    const taken = values.exit ? [Promise.all(sims.map((sim) => sim.whenAcknowledged(patienceMs)))] : []
    await Promise.race([stopped, inVain, ...taken])
    await Promise.all(sims.map((sim) => sim.stop()))
    const failures = values.exit ? sims.flatMap((sim) => leftBy(sim, values)) : []
    if (isInVain()) failures.push(`nothing of ${values.replay} was sent`)
    for (const failure of failures) printNote(`drop-copy gateway-sim: ${failure}`)
    return failures.length === 0 ? 0 : 1
  },
}

/** What is left undone by a run that should have ended with everything taken. */
function leftBy(sim: GatewaySim, { count, replay }: Values): string[] {
  const left = sim.unacknowledged
  const all = count !== undefined || replay !== undefined
  return [
    ...(all && !sim.isSent ? [`${sim.name}: stopped before everything was sent`] : []),
    ...(left > 0 ? [`${sim.name}: ${counted(left, 'message')} sent and not acknowledged`] : []),
  ]
}

/** Checked before anything connects, because later nobody would wait for the log. */
function mustBeReadable(path: string): void {
  try {
    accessSync(path, constants.R_OK)
  } catch (cause) {
    throw new UsageError(`--replay: ${path} cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`)
  }
}

/** Resolves when it is asked to stop, or when the time is over. */
function stopSignal(values: Values): Promise<void> {
  if (values.for === undefined) return askedToStop()
  return Promise.race([askedToStop(), sleep(wholeNumber('--for', values.for) * 1000, undefined, { ref: false })])
}

function simOptions(values: Values): GatewaySimOptions[] {
  const ends = values.config === undefined ? [oneEnd(values)] : endsOf(values.config, values)
  const all = ends.reduce((sum, end) => sum + end.sources.length, 0)
  const rate = values.rate === undefined ? undefined : rateOf(values.rate)
  return ends.map((end, i) => {
    const share: Rate = rate === 'max' ? rate : (rate ?? 10) * (all === 0 ? 1 : end.sources.length / all)
    return {
      ...end,
      seed: wholeNumber('--seed', values.seed) + i,
      rate: share,
      onEvent: tell,
      ...(values.count === undefined ? {} : { count: wholeNumber('--count', values.count) }),
      ...(values.replay === undefined ? {} : { replay: { path: values.replay, pace: paceOf(values.fast, rate) } }),
      ...(values.state === undefined
        ? {}
        : { state: ends.length === 1 ? values.state : `${values.state}.${end.name}` }),
    }
  })
}

const paceOf = (fast: boolean | undefined, rate: Rate | undefined) => (fast ? 'max' : (rate ?? 'own'))

function oneEnd(values: Values): GatewaySimOptions {
  const { dialect } = values
  if (dialect !== 'encapsulated' && dialect !== 'plain') throw new UsageError('--dialect is encapsulated or plain')
  if ((values.connect === undefined) === (values.listen === undefined)) {
    throw new UsageError('give --config FILE, or one of --connect and --listen; --help says more')
  }
  const sources = (values.sources ?? '').split(',').filter((id) => id !== '')
  const bad = sources.find((id) => !/^[A-Za-z0-9]{6}$/.test(id))
  if (bad !== undefined)
    throw new UsageError(`--sources: ${bad} is not a session ID and a firm ID of 3 characters each`)
  if (sources.length === 0 && (values.replay === undefined || dialect === 'plain'))
    throw new UsageError('--sources is missing')
  if (values.tls && values.connect === undefined) throw new UsageError('--tls belongs to --connect')
  const tls = readTls(values, values.tls === true)
  return {
    ...(tls && { tls }),
    ...addressOf(values.connect ?? values.listen ?? ''),
    mode: values.connect === undefined ? 'listen' : 'connect',
    dialect,
    ourCompId: values.our,
    theirCompId: values.their,
    sources,
    ...(values.password === undefined ? {} : { password: values.password }),
  }
}

function endsOf(path: string, values: Values): GatewaySimOptions[] {
  const feeds = values.feed ?? []
  const parsed = parseSnapshot(JSON.parse(readFileSync(path, 'utf8')))
  if (!parsed.ok)
    throw new UsageError([`${path} is not a configuration snapshot:`, ...parsed.error.problems].join('\n  '))
  const wanted = parsed.value.feeds.filter((feed) => feeds.length === 0 || feeds.includes(feed.id))
  const listening = wanted.find((feed) => feed.mode === 'initiate' && feed.tls)
  if (listening)
    throw new UsageError(
      `feed ${listening.id} connects with TLS, and this gateway listens without; name others with --feed`,
    )
  const tls = readTls(
    values,
    wanted.some((feed) => feed.tls !== undefined),
  )
  const ends = feedEnds(parsed.value, feeds, tls)
  const unknown = feeds.find((id) => !ends.some((end) => end.name === id))
  if (unknown !== undefined) throw new UsageError(`--feed: there is no feed ${unknown} in ${path}`)
  return ends.filter((end) => end.sources.length > 0)
}

function addressOf(text: string): { host: string; port: number } {
  const at = text.lastIndexOf(':')
  if (at < 1) throw new UsageError(`${text} is not HOST:PORT`)
  return { host: text.slice(0, at), port: wholeNumber('the port', text.slice(at + 1)) }
}

function rateOf(text: string): Rate {
  return text === 'max' ? 'max' : wholeNumber('--rate', text)
}

function wholeNumber(name: string, text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new UsageError(`${name} must be a whole number, not ${text}`)
  return Number(text)
}

function tell(event: SimEvent): void {
  if (event.event === 'note') printNote(`${event.feed}: ${event.text}`)
  else print(JSON.stringify(event))
}
