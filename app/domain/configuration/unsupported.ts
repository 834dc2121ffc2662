import { pathText } from './problem-lines.ts'
import type { Snapshot } from './snapshot.ts'

/** What the schema allows and this connector does not run yet: one line each with its path, empty when all of it runs. */
export function unsupported(snapshot: Snapshot): string[] {
  const lines: string[] = []
  const say = (path: readonly PropertyKey[], what: string) =>
    lines.push(`${pathText(path)}: ${what} is not supported yet`)
  for (const [i, feed] of snapshot.feeds.entries()) {
    if (feed.tls) say(['feeds', i, 'tls'], 'tls')
  }
  for (const [i, target] of snapshot.targets.entries()) {
    for (const [j, listen] of target.listen.entries()) if (listen.tls) say(['targets', i, 'listen', j, 'tls'], 'tls')
  }
  return lines
}
