import type { Snapshot } from './snapshot.ts'

type Report = (path: readonly PropertyKey[], says: string) => void

/**
 * An acceptor needs a certificate and its key; an initiator may have one. An address speaks TLS to all or to nobody.
 */
export function checkTls(snapshot: Snapshot, report: Report): void {
  for (const [i, { mode, tls }] of snapshot.feeds.entries()) {
    if (!tls) continue
    const path = ['feeds', i, 'tls']
    if (mode === 'accept') checkListener(tls, path, report)
    else if ((tls.cert === undefined) !== (tls.key === undefined)) report(path, 'cert and key belong together')
  }
  for (const [i, target] of snapshot.targets.entries())
    for (const [j, { tls }] of target.listen.entries())
      if (tls) checkListener(tls, ['targets', i, 'listen', j, 'tls'], report)
  checkShared(snapshot, report)
}

function checkListener(
  tls: { cert?: string | undefined; key?: string | undefined },
  path: PropertyKey[],
  report: Report,
) {
  if (tls.cert === undefined || tls.key === undefined) report(path, 'a listener needs cert and key, the files of both')
}

function checkShared(snapshot: Snapshot, report: Report): void {
  const known = new Map<string, string>()
  const check = ({ host, port }: { host: string; port: number }, tls: unknown, path: readonly PropertyKey[]) => {
    const key = `${host}:${port}`
    const text = JSON.stringify(tls ?? null)
    const before = known.get(key)
    if (before === undefined) known.set(key, text)
    else if (before !== text) report(path, `others at ${key} have a different tls`)
  }
  for (const [i, feed] of snapshot.feeds.entries())
    if (feed.mode === 'accept')
      for (const address of [feed, ...feed.addresses]) check(address, feed.tls, ['feeds', i, 'tls'])
  for (const [i, target] of snapshot.targets.entries())
    for (const [j, one] of target.listen.entries()) check(one, one.tls, ['targets', i, 'listen', j, 'tls'])
}
