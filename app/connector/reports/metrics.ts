import { feedWeek } from '#connector/feeds/feed-session.ts'
import { lostIn } from '#connector/run/alarms/feed-alarms.ts'
import type { Worker } from '#connector/run/worker.ts'
import { type Row, total } from '#connector/state/ledger.ts'
import { filteredBy } from '#connector/state/routing.ts'
import { nextResetMs } from '#domain/calendar/week.ts'
import { reportedFeedStates, reportedTargetStates } from '#domain/status/words.ts'
import { feedState, lateMsOf, targetState } from './observed-state.ts'

type Labels = Readonly<Record<string, string>>
type Sample = readonly [labels: Labels, value: number, suffix?: string]

/** All that a worker measures, in the text format of Prometheus 0.0.4. Named in docs/operations.md. */
export const metricsText = (worker: Worker): string =>
  [...process_(worker), ...journal(worker), ...feeds(worker), ...targets(worker)].join('\n').concat('\n')

/** One metric with its samples, one line each. */
function metric(
  type: 'counter' | 'gauge' | 'histogram',
  name: string,
  help: string,
  samples: readonly Sample[],
): string {
  const full = `drop_copy_${name}`
  const lines = samples.map(([labels, value, suffix = '']) => `${full}${suffix}${labelText(labels)} ${value}`)
  return [`# HELP ${full} ${help}`, `# TYPE ${full} ${type}`, ...lines].join('\n')
}

function labelText(labels: Labels): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escaped(value)}"`)
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`
}

const escaped = (value: string) => value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')
const alone = (value: number): Sample[] => [[{}, value]]

function process_({ core, running, shard, startedMs, alarms, refusedLogons }: Worker): string[] {
  const { user, system } = process.cpuUsage()
  const codes = alarms.all.map(({ code }) => code)
  return [
    metric('gauge', 'info', 'Which connector this is: 1, with its shard.', [[{ shard }, 1]]),
    metric('gauge', 'start_time_seconds', 'When this connector started.', alone(startedMs / 1_000)),
    metric('counter', 'cpu_seconds_total', 'CPU time used.', alone((user + system) / 1e6)),
    metric('gauge', 'memory_bytes', 'Resident memory.', alone(process.memoryUsage.rss())),
    metric('gauge', 'configuration_version', 'Version of the configuration in force.', [
      [{ week: core.state.data.week }, running?.version ?? -1],
    ]),
    metric(
      'gauge',
      'next_reset_timestamp_seconds',
      'When the trading week in force ends, in seconds since 1970.',
      running ? alone(nextResetMs(core.clock.wallMs(), running.week) / 1_000) : [],
    ),
    metric(
      'gauge',
      'alarms',
      'Alarms that stand, by code.',
      [...new Set(codes)].map((code): Sample => [{ code }, codes.filter((one) => one === code).length]),
    ),
    metric('counter', 'clock_steps_total', 'How often the clock was set since start.', alone(core.steps.count)),
    metric(
      'gauge',
      'clock_doubt_seconds',
      'How far it was set without anybody having confirmed it.',
      alone(core.steps.doubtMs / 1_000),
    ),
    metric('counter', 'refused_logons_total', 'Logons turned away since start.', alone(refusedLogons.count)),
  ]
}

function journal({ core: { journal: log } }: Worker): string[] {
  const { boundsS, counts, count, sumMs } = log.syncs
  let below = 0
  const buckets = boundsS.map((bound, i): Sample => {
    below += counts[i] ?? 0
    return [{ le: String(bound) }, below, '_bucket']
  })
  return [
    metric('gauge', 'journal_bytes', 'Size of the journal on disk.', alone(log.diskBytes)),
    metric('gauge', 'journal_backlog_bytes', 'Appended and not yet durable.', alone(log.backlogBytes)),
    metric('gauge', 'journal_full', '1 while the disk is full and feeds are left unread.', alone(log.isFull ? 1 : 0)),
    metric('histogram', 'journal_sync_seconds', 'From handing a batch to the disk until it is durable.', [
      ...buckets,
      [{ le: '+Inf' }, count, '_bucket'],
      [{}, sumMs / 1_000, '_sum'],
      [{}, count, '_count'],
    ]),
  ]
}

function feeds(worker: Worker): string[] {
  const all = [...worker.feeds.values()]
  const { week } = worker.core.state.data
  const each = (value: (feed: (typeof all)[number]) => number) =>
    all.map((feed): Sample => [{ feed: feed.name }, value(feed)])
  const states = all.map((feed) => feedState(feed, worker.core.journal.isFull, false))
  return [
    metric('gauge', 'feeds', 'Feeds by state.', countedBy(reportedFeedStates, states)),
    metric(
      'counter',
      'feed_received_total',
      'Messages journaled.',
      each(({ state }) => state.received),
    ),
    metric(
      'counter',
      'feed_aside_total',
      'Messages kept aside.',
      each(({ state }) => state.aside),
    ),
    metric(
      'gauge',
      'feed_next_reset_timestamp_seconds',
      'When the numbers of a feed with a week or a day of its own next start at 1, in seconds since 1970.',
      all.flatMap(({ name, config, core }): Sample[] => {
        const rule = feedWeek(config)
        return rule ? [[{ feed: name }, nextResetMs(core.clock.wallMs(), rule) / 1_000]] : []
      }),
    ),
    metric(
      'gauge',
      'feed_missing',
      'Messages of a gap being asked for.',
      each(({ missing }) => missing),
    ),
    metric(
      'gauge',
      'feed_lost',
      'Messages of this week that will not come.',
      each(({ state }) => lostIn(state, week)),
    ),
  ]
}

function targets(worker: Worker): string[] {
  const { week } = worker.core.state.data
  const all = [...worker.targets.values()].map((target) => ({
    target,
    sum: total(Object.values(target.state.ledger[week] ?? {})),
    expired: Object.values(target.state.ledger).reduce((sum, rows) => sum + total(Object.values(rows)).expired, 0),
  }))
  const each = (value: (one: (typeof all)[number]) => number) =>
    all.map((one): Sample => [{ target: one.target.name }, value(one)])
  const states = all.map(({ target }) => targetState(target, false))
  return [
    metric('gauge', 'targets', 'Targets by state.', countedBy(reportedTargetStates, states)),
    metric(
      'counter',
      'copies_received_total',
      'Messages of its sources in this week.',
      each(({ sum }) => sum.received),
    ),
    metric(
      'counter',
      'copies_delivered_total',
      'Copies delivered in this week.',
      each(({ sum }) => sum.delivered),
    ),
    metric(
      'counter',
      'copies_filtered_total',
      'Messages of this week that its level or filters leave out.',
      all.flatMap(({ target, sum }) => filtered(target.name, sum)),
    ),
    metric(
      'gauge',
      'copies_waiting',
      'Copies behind its cursor.',
      each(({ sum }) => sum.waiting),
    ),
    metric(
      'gauge',
      'copies_held',
      'Copies of this week held for Application Resend.',
      each(({ sum }) => sum.held),
    ),
    metric(
      'gauge',
      'copies_expired',
      'Held copies of the last weeks that retention took.',
      each(({ expired }) => expired),
    ),
    metric(
      'gauge',
      'late_seconds',
      'How far a logged-on client is behind; 0 up to 2 s.',
      each(({ target }) => lateMsOf(target) / 1_000),
    ),
    metric(
      'counter',
      'resends_total',
      'Resend Requests served since start.',
      each(({ target }) => target.report.resends),
    ),
    metric(
      'counter',
      'oversize_total',
      'Drop Copy 4.0 copies delivered since start that were longer than documented.',
      each(({ target }) => target.report.oversize),
    ),
  ]
}

const filtered = (target: string, sum: Row): Sample[] =>
  Object.entries(filteredBy(sum)).map(([reason, n]): Sample => [{ target, reason }, n])

/** Lists every state, also those with a count of 0: an alert cannot rely on a line that comes and goes. */
const countedBy = (states: readonly string[], present: readonly string[]): Sample[] =>
  states.map((state) => [{ state }, present.filter((one) => one === state).length])
