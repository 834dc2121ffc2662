import { describe, expect, test } from 'vitest'
import { connectorReasons } from '#domain/status/readiness.ts'

type ConnectorStanding = Parameters<typeof connectorReasons>[0]
const running: ConnectorStanding = {
  environment: 'production',
  shard: 'main',
  child: 'running',
  heard: { agoMs: 800 },
  report: { state: 'running', runningVersion: 7 },
}
const says = (over: Partial<ConnectorStanding>) => connectorReasons({ ...running, ...over }).map((one) => one.says)
const never = { heard: { agoMs: undefined }, report: undefined }

describe('a connector', () => {
  test('that runs a configuration and reports is no reason, wherever it runs', () => {
    expect(says({})).toEqual([])
    expect(says({ child: undefined })).toEqual([])
  })
  test.each<[string, Partial<ConnectorStanding>, string]>([
    ['has never run', never, 'The connector has never run: nothing was ever reported.'],
    [
      'never ran elsewhere either',
      { ...never, child: undefined },
      'The connector has never run: nothing was ever reported.',
    ],
    ['is down, though its last report is fresh', { child: 'down' }, 'The connector has ended; it is started again.'],
    ['is being started', { child: 'starting' }, 'The connector has started and runs no configuration yet.'],
    ['is silent', { heard: { agoMs: 14_000 } }, 'No word from the connector for 14 s.'],
    [
      'stopped in order',
      { child: undefined, heard: { agoMs: 14_000 }, report: { state: 'stopped', runningVersion: 7 } },
      'The connector stopped 14 s ago.',
    ],
    [
      'has nothing to run',
      { report: { state: 'running', runningVersion: null } },
      'The connector runs no configuration yet.',
    ],
  ])('that %s is one reason, in one sentence', (_title, over, sentence) => {
    expect(says(over)).toEqual([sentence])
  })
})
