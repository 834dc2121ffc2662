import { describe, expect, test } from 'vitest'
import { parseSnapshot } from '#domain/configuration/snapshot.ts'
import { isStopReason, reasonFor, stoppedSources } from '#domain/consent/stops.ts'
import { snapshot, target } from '#test/support/connector.ts'

const day = (n: number) => new Date(Date.UTC(2026, 2, n))
const stop = (cause: 'withdrawn' | 'no-consent' | 'removed', firmName: string | null, at: Date) => {
  return { source: 'T9F733', cause, firmName, at }
}

describe('what a stopped source is counted under', () => {
  test('names every firm whose consent is missing, by the newest stop', () => {
    const birch = stop('no-consent', 'Birch Clearing', day(2))
    const aspen = stop('no-consent', 'Aspen Clearing', day(2))
    expect(stoppedSources([birch, aspen, stop('withdrawn', 'Xenon Clearing', day(1))])).toEqual([
      { source: 'T9F733', reason: 'no consent of Aspen Clearing, no consent of Birch Clearing' },
    ])
    expect(stoppedSources([birch, stop('withdrawn', 'Xenon Clearing', day(3))])).toEqual([
      { source: 'T9F733', reason: 'consent withdrawn by Xenon Clearing' },
    ])
    expect(stoppedSources([stop('no-consent', null, day(1))])[0]?.reason).toBe('no clearing firm guarantees it')
  })

  test('is no reason where the owner removed it', () => {
    expect(stoppedSources([stop('removed', 'Dogwood Capital', day(1))])).toEqual([])
  })

  test('is told from what the group agreed to leave out', () => {
    const [stopped] = stoppedSources([stop('withdrawn', 'Xenon Clearing', day(1))])
    expect(isStopReason(stopped!.reason)).toBe(true)
    for (const reason of ['level', 'fills', 'revoked', 'never-copied']) expect(isStopReason(reason)).toBe(false)
  })

  test('names to a clearing firm no other firm', () => {
    const reason = 'no consent of Birch Clearing'
    expect(reasonFor(reason, 'Birch Clearing')).toBe(reason)
    expect(reasonFor(reason, 'Xenon Clearing')).toBe('no consent of another firm')
    expect(reasonFor(`no consent of Aspen Clearing, ${reason}`, 'Birch Clearing')).toBe('no consent of another firm')
  })
})

describe('a target’s list of stopped sources', () => {
  const stopped = [{ source: 'M3P882', reason: 'no consent of Birch Clearing' }]
  const parsed = (more: object) => {
    const answer = parseSnapshot(snapshot({ targets: [target({ sources: ['K7T882'], ...more })] }))
    return answer.ok ? answer.value.targets[0] : answer.error.problems
  }

  test('may be absent, and then a document says just what it said before there was one', () => {
    expect(parsed({})).not.toHaveProperty('stopped')
    expect(parsed({ stopped })).toMatchObject({ stopped })
  })

  test('names no source that the target copies, and none twice', () => {
    expect(parsed({ sources: ['K7T882', 'M3P882'], stopped })).toEqual([
      'targets[0].stopped[0].source: M3P882 is still a source of this target',
    ])
    expect(parsed({ stopped: [...stopped, ...stopped] })).toEqual([
      'targets[0].stopped[1].source: M3P882 is already stopped here',
    ])
  })
})
