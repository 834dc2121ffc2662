import { pino } from 'pino'
import { describe, expect, onTestFinished, test } from 'vitest'
import { metricsText } from '#connector/reports/metrics.ts'
import { listenForMetrics, metricsAddress } from '#connector/reports/metrics-listener.ts'
import { client, gateway, password, snapshot, start, target } from '#test/support/connector.ts'
import { envelop, sourceFill } from '#test/support/source-flow.ts'

/** By name with labels: the value of every sample line. @throws on a line that is none */
function samples(text: string): Record<string, number> {
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  return Object.fromEntries(
    lines.map((line) => {
      const match = /^(drop_copy_[a-z_]+(?:\{(?:[a-z]+="[^"]*",?)+\})?) (-?[\d.e+-]+)$/.exec(line)
      if (!match) throw new Error(`not a sample: ${line}`)
      return [match[1]!, Number(match[2])]
    }),
  )
}

describe('the metrics of a connector', () => {
  test('say what was received, delivered, filtered and refused, and who is there', async () => {
    const acknowledged = target({ sessionId: 'ACKS01', level: 'acknowledgments' })
    const connector = await start(snapshot({ targets: [target(), acknowledged, target({ sessionId: 'AWAY01' })] }))
    const gw = await gateway(connector.feedPort)
    gw.logon()
    await gw.message('A')
    const stranger = await client(connector.targetPort)
    stranger.logon(password('wrong'))
    await stranger.closed()
    const peer = await client(connector.targetPort)
    peer.seqNum = 2
    peer.logon(password())
    for (const n of [1, 2, 3]) envelop(gw, sourceFill('K7T882', n))
    await peer.message('8', 3)
    peer.send('2', [
      [7, 1],
      [16, 0],
    ])
    await peer.until('the resend', () => peer.received.some(({ type }) => type === '4'))
    const text = metricsText(connector.worker)
    const { week } = connector.worker.core.state.data
    expect(samples(text)).toMatchObject({
      'drop_copy_copies_received_total{target="ODQ1Z9"}': 3,
      'drop_copy_copies_delivered_total{target="ODQ1Z9"}': 3,
      'drop_copy_copies_delivered_total{target="AWAY01"}': 0,
      'drop_copy_copies_waiting{target="AWAY01"}': 3,
      'drop_copy_copies_filtered_total{target="ACKS01",reason="level"}': 3,
      'drop_copy_resends_total{target="ODQ1Z9"}': 1,
      'drop_copy_targets{state="logged-on"}': 1,
      'drop_copy_targets{state="no-logon"}': 2,
      'drop_copy_targets{state="late"}': 0,
      'drop_copy_feeds{state="logged-on"}': 1,
      'drop_copy_feed_received_total{feed="gw1"}': 3,
      drop_copy_refused_logons_total: 1,
      'drop_copy_info{shard="main"}': 1,
      drop_copy_journal_full: 0,
      [`drop_copy_configuration_version{week="${week}"}`]: 1,
    })
    const syncs = samples(text).drop_copy_journal_sync_seconds_count
    expect(syncs).toBeGreaterThan(3)
    expect(samples(text)['drop_copy_journal_sync_seconds_bucket{le="+Inf"}']).toBe(syncs)
    const names = [...text.matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name)
    expect(new Set(names).size).toBe(names.length)
    expect(text).not.toContain('secret')
  })

  test('are answered under /metrics, and nothing else is', async () => {
    const address = metricsAddress('0')
    expect(address).toEqual({ host: '127.0.0.1', port: 0 })
    const served = await listenForMetrics(address!, () => 'drop_copy_x 1\n', pino({ level: 'silent' }))
    onTestFinished(() => served.close())
    const ask = (path: string, method = 'GET') => fetch(`http://127.0.0.1:${served.port}${path}`, { method })
    const answer = await ask('/metrics')
    expect(answer.headers.get('content-type')).toContain('version=0.0.4')
    expect(await answer.text()).toBe('drop_copy_x 1\n')
    expect((await ask('/')).status).toBe(404)
    expect((await ask('/metrics', 'POST')).status).toBe(405)
    const taken = await listenForMetrics({ host: '127.0.0.1', port: served.port }, () => '', pino({ level: 'silent' }))
    expect(taken.port).toBe(0)
    taken.close()
  })

  test('listen on a port of loopback or on what is named', () => {
    expect(metricsAddress('9700')).toEqual({ host: '127.0.0.1', port: 9700 })
    expect(metricsAddress('[::1]:9700')).toEqual({ host: '::1', port: 9700 })
    expect(metricsAddress('metrics.example:9700')).toEqual({ host: 'metrics.example', port: 9700 })
    for (const wrong of ['', '99999', 'a b:1', ':1', 'host:']) expect(metricsAddress(wrong)).toBeUndefined()
  })
})
