import { numberAsked } from '#connector/feeds/number-asked.ts'
import type { Worker } from '#connector/run/worker.ts'

/** Raises or ends the alarm that a feed cannot log on, as its session notes it. The alarm says in words what to do. */
export function showRefusal(worker: Worker, id: string, code: string, text: string): void {
  const { alarms } = worker
  if (code === 'logged-on') alarms.clear('feed-refused', 'feed', id)
  if (code === 'refused-logon') alarms.raise('feed-refused', 'feed', id, text)
  if (code === 'low-logon' && !followed(worker, id)) raiseLow(worker, id, text)
  if (code === 'low-number' && !isResetting(worker, id)) {
    const next = numberAsked(text)
    const once = `${worker.commandLine('set-number', id)} --next ${next}`
    alarms.raise('feed-refused', 'feed', id, `It refuses our Logon: ${text} Our number settles it: ${once}`)
  }
}

/** The numbers of the feed are below those expected of it. */
function raiseLow(worker: Worker, id: string, text: string): void {
  const once = worker.commandLine('accept-reset', id)
  const remedy =
    worker.feeds.get(id)?.config.mode === 'initiate'
      ? `If it has started again: ${once}. If it does so daily or at every Logon, set that for the feed`
      : `If the gateway has started again and cannot log on with 141=Y, ${once} settles it`
  worker.alarms.raise('feed-refused', 'feed', id, `${text} ${remedy}`)
}

function followed({ feeds, weeks }: Worker, id: string): boolean {
  const feed = feeds.get(id)
  return feed !== undefined && weeks.follow(feed)
}

function isResetting({ feeds, weeks }: Worker, id: string): boolean {
  const feed = feeds.get(id)
  return feed !== undefined && weeks.isNearReset(feed)
}
