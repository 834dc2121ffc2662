import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { freePorts } from '#test/support/app.ts'
import { startServer } from '#test/support/database-server.ts'
import { startLoad, startSink, within } from './programs.ts'
import { median, progress, shown, type Table } from './report.ts'
import { SizedDatabase } from './size-database.ts'
import { copiesOf, feedEnds, messagesFor, type Ports, sizedSnapshot, targetEnds } from './size-shape.ts'
import { type System, startConnectorIn, temporaryDirectory } from './systems.ts'

/** In this time each client sends one Heartbeat and gets one. */
const heartbeatS = 30
const idleS = 30
const liveS = 20
const perSecond = 2_000
/** Copies that wait when all clients log on at once. */
const waiting = 350_000
/** A longer catch-up is stopped; its rate is then the rate of this time. */
const catchUpAtMostS = 60
const settleS = 5
/** After this time the engine has given back the memory of the start, and compiled the code that runs once a second. */
const restS = 120
const patienceS = 180
const sampleMs = 100

/** A connector at work, second by second; CPU in cores. */
type Figures = {
  cpu: number
  idleMb: number
  peakMb: number
  copies: number
  /** For a connector that reports to a database. `inPlace`: the part of the updates that changed no index. */
  database?: { cpu: number; rows: number; inPlace: number; walBytes: number; agesMs: number[] }
}

type Rig = { system: System; ports: Ports; database: SizedDatabase | undefined }
type Server = Parameters<typeof SizedDatabase.open>[0]

/** A connector of the size of a large exchange: at rest, live, and after all its clients have been away. */
export async function sizeTables(isAsked: (name: string) => boolean): Promise<Table[]> {
  const [isIdle, isLive, isCatchUp] = ['size-idle', 'size-live', 'size-catch-up'].map(isAsked)
  if (!isIdle && !isLive && !isCatchUp) return []
  const { pid, ...server } = await startServer({ fsync: true })
  if (pid === undefined) throw new Error('the bench measures a database of its own: unset TEST_DATABASE_URL')
  const rows: string[][] = []
  const bounds: string[][] = []
  const add = (name: string, figures: Figures, alone?: Figures) => {
    rows.push(rowOf(name, figures, alone))
    progress(
      `${name}: ${head
        .map((what, i) => `${what} ${rows.at(-1)?.[i]}`)
        .slice(1)
        .join(', ')}`,
    )
  }
  try {
    for (const [name, work] of [
      ['size-idle', idle],
      ['size-live', live],
    ] as const) {
      if (!isAsked(name)) continue
      const alone = await measured(undefined, work)
      const reporting = await measured({ ...server, pid }, work)
      add(name, reporting, alone)
      bounds.push(...(name === 'size-idle' ? idleBounds(reporting) : liveBounds(reporting, alone)))
    }
    if (isCatchUp) {
      const figures = await measured({ ...server, pid }, catchUp)
      add('size-catch-up', figures)
      bounds.push(...catchUpBounds(figures))
    }
  } finally {
    await server.stop()
  }
  return [
    { head, rows },
    { head: ['500 targets, 5,000 sources, 490 clients', 'bound', 'measured', 'met'], rows: bounds },
  ]
}

const head = [
  '500 targets, 5,000 sources, 490 clients',
  'cores: connector',
  'of it reports',
  'database',
  'idle MB',
  'peak MB',
  'copies/s',
  'report is old, ms: median',
  'longest',
  'rows/s',
  'in place',
  'WAL kB/s',
]

const rowOf = (name: string, { cpu, idleMb, peakMb, copies, database }: Figures, alone?: Figures): string[] => [
  name,
  shown(cpu, 3),
  alone ? shown(cpu - alone.cpu, 3) : '',
  shown(database?.cpu ?? 0, 3),
  shown(idleMb),
  shown(peakMb),
  shown(copies),
  shown(median(database?.agesMs ?? [])),
  shown(longestOf(database)),
  shown(database?.rows ?? 0),
  shown(database?.inPlace ?? 0, 2),
  shown((database?.walBytes ?? 0) / 1024),
]

const longestOf = (database: Figures['database']) => Math.max(0, ...(database?.agesMs ?? []))

const bound = (what: string, limit: string, value: string, isMet: boolean) => [what, limit, value, isMet ? 'yes' : 'NO']
const idleBounds = ({ cpu }: Figures) => [bound('at rest, of a core', '< 0.02', shown(cpu, 3), cpu < 0.02)]
const liveBounds = ({ cpu, database }: Figures, alone: Figures) => {
  const [reports, longestMs] = [cpu - alone.cpu, longestOf(database)]
  return [
    bound(`reports at ${shown(perSecond)}/s, of a core`, '< 0.1', shown(reports, 3), reports < 0.1),
    // there is one a second, and writing it takes a moment
    bound(`a report each second at ${shown(perSecond)}/s, ms`, '< 2,000', shown(longestMs), longestMs < 2_000),
  ]
}
const catchUpBounds = ({ copies, idleMb, peakMb }: Figures) => [
  bound('catching up, copies/s', '> 100,000', shown(copies), copies > 100_000),
  bound('catching up, MB more than idle', '< 100', shown(peakMb - idleMb), peakMb - idleMb < 100),
]

/** One connector with an empty journal, started for this. `server`: to follow a database, otherwise a file. */
async function measured(server: Server | undefined, work: (rig: Rig) => Promise<Figures>): Promise<Figures> {
  const [feeds = 0, targets = 0] = await freePorts(2)
  const ports = { feeds, targets }
  const snapshot = sizedSnapshot(ports)
  const dir = temporaryDirectory()
  writeFileSync(join(dir, 'config.json'), JSON.stringify(snapshot))
  const database = server && (await SizedDatabase.open(server, snapshot))
  try {
    const from = database && ['--database', database.url, '--environment', 'sandbox']
    const system = await startConnectorIn(dir, { feeds: feedEnds(ports), targets: targetEnds(ports) }, from)
    try {
      return await work({ system, ports, database })
    } catch (error) {
      console.error(system.log().split('\n').slice(-20).join('\n'))
      throw error
    } finally {
      await system.stop()
    }
  } finally {
    await database?.close()
  }
}

async function idle(rig: Rig): Promise<Figures> {
  const sink = startSink(sinkOrder(rig.system, Number.MAX_SAFE_INTEGER))
  try {
    await within(patienceS, sink.ready)
    await sleep(restS * 1000)
    return await observed(rig, idleS, sink.received)
  } finally {
    sink.end()
  }
}

async function live(rig: Rig): Promise<Figures> {
  const { system } = rig
  const messages = messagesFor(copiesOf(perSecond * (settleS + liveS + settleS)))
  const sink = startSink(sinkOrder(system, copiesOf(messages)))
  const load = startLoad({ feeds: system.feeds, kind: 'execution', messages, perSecond })
  try {
    await within(patienceS, sink.ready)
    load.start()
    await sleep(settleS * 1000)
    const figures = await observed(rig, liveS, sink.received)
    await within(patienceS, Promise.all([load.done, sink.done]))
    return figures
  } finally {
    load.end()
    sink.end()
  }
}

async function catchUp(rig: Rig): Promise<Figures> {
  const { system, database } = rig
  const messages = messagesFor(waiting)
  const load = startLoad({ feeds: system.feeds, kind: 'execution', messages, perSecond: 0 })
  try {
    load.start()
    await within(patienceS, load.done)
    while (database && (await database.received()) < messages) await sleep(sampleMs)
    await sleep(settleS * 1000)
    const sink = startSink(sinkOrder(system, copiesOf(messages)))
    try {
      return await observed(rig, catchUpAtMostS, sink.received, sink.done)
    } finally {
      sink.end()
    }
  } finally {
    load.end()
  }
}

const sinkOrder = ({ targets }: System, copies: number) => ({ targets, copies, latency: false, warmUp: 0, heartbeatS })

/** Samples the connector for so many seconds, or until `done`. */
async function observed(
  { system, database }: Rig,
  seconds: number,
  received: () => number,
  done?: ReturnType<typeof startSink>['done'],
): Promise<Figures> {
  const idleMb = system.rssMb()
  const before = { cpu: system.cpuSeconds(), copies: received(), work: await database?.work() }
  const agesMs: number[] = []
  let peakMb = 0
  let isDone = false
  done?.then(
    () => {
      isDone = true
    },
    () => undefined, // reported where it is awaited
  )
  const fromMs = performance.now()
  while (!isDone && performance.now() < fromMs + seconds * 1000) {
    await sleep(sampleMs)
    peakMb = Math.max(peakMb, system.rssMb())
    const ageMs = await database?.reportAgeMs()
    if (ageMs !== undefined) agesMs.push(ageMs)
  }
  const tookS = (performance.now() - fromMs) / 1000
  const cpu = (system.cpuSeconds() - before.cpu) / tookS
  const all = isDone ? await done : undefined
  const copies = all ? (all.copies / (all.lastMicros - all.firstMicros)) * 1e6 : (received() - before.copies) / tookS
  const after = await database?.work()
  const figures = { cpu, idleMb, peakMb, copies }
  if (!after || !before.work) return figures
  const grown = (what: keyof typeof after) => after[what] - (before.work?.[what] ?? 0)
  const perS = (what: keyof typeof after) => grown(what) / tookS
  const inPlace = grown('updated') > 0 ? grown('inPlace') / grown('updated') : 0
  const ofDatabase = { cpu: perS('cpuSeconds'), rows: perS('rows'), inPlace, walBytes: perS('walBytes'), agesMs }
  return { ...figures, database: ofDatabase }
}
