import { pathText } from './problem-lines.ts'
import type { Snapshot } from './snapshot.ts'

/** What the schema allows and this connector does not run yet: one line each with its path, empty when all of it runs. */
export function unsupported(snapshot: Snapshot): string[] {
  const lines: string[] = []
  const say = (path: readonly PropertyKey[], what: string) =>
    lines.push(`${pathText(path)}: ${what} is not supported yet`)
  const credentials = (path: readonly PropertyKey[], list: readonly { kind: string }[]) => {
    for (const [j, one] of list.entries()) if (one.kind === 'hmac') say([...path, 'credentials', j, 'kind'], 'hmac')
  }
  for (const [i, feed] of snapshot.feeds.entries()) {
    if (feed.tls) say(['feeds', i, 'tls'], 'tls')
    credentials(['feeds', i], feed.credentials)
  }
  for (const [i, target] of snapshot.targets.entries()) {
    if (target.protocol === 'dc4') say(['targets', i, 'protocol'], 'dc4')
    credentials(['targets', i], target.credentials)
    for (const [j, listen] of target.listen.entries()) if (listen.tls) say(['targets', i, 'listen', j, 'tls'], 'tls')
  }
  return lines
}
