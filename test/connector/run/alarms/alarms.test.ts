import { describe, expect, test } from 'vitest'
import { Alarms } from '#connector/run/alarms/alarms.ts'
import { keptLog } from '#test/support/connector.ts'

describe('an alarm', () => {
  test('is logged when it is raised and when it is cleared, once each, with its code and its object', () => {
    const { log, lines } = keptLog()
    const alarms = new Alarms(log)
    alarms.clear('lost', 'feed', 'gw1')
    alarms.raise('lost', 'feed', 'gw1', '3 messages will not come')
    alarms.raise('lost', 'feed', 'gw1', '4 messages will not come')
    alarms.raise('disk-full', 'connector', '', 'The disk is full.')
    expect(alarms.all.map(({ says }) => says)).toEqual(['4 messages will not come', 'The disk is full.'])
    alarms.clear('lost', 'feed', 'gw1')
    alarms.clear('lost', 'feed', 'gw1')
    expect(lines).toMatchObject([
      { level: 50, msg: 'alarm raised', code: 'lost', feed: 'gw1', says: '3 messages will not come' },
      { level: 50, msg: 'alarm raised', code: 'disk-full', says: 'The disk is full.' },
      { level: 30, msg: 'alarm cleared', code: 'lost', feed: 'gw1' },
    ])
  })
  test('of what does not run any more is cleared, and that is logged as well', () => {
    const { log, lines } = keptLog()
    const alarms = new Alarms(log)
    alarms.raise('aside', 'feed', 'gw1', 'ZZZ999')
    alarms.raise('aside', 'feed', 'gw2', 'ZZZ998')
    alarms.clearAll('feed', 'gw1')
    expect(lines.map(({ msg, feed }) => [msg, feed])).toEqual([
      ['alarm raised', 'gw1'],
      ['alarm raised', 'gw2'],
      ['alarm cleared', 'gw1'],
    ])
  })
})
