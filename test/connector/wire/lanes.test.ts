import { expect, test } from 'vitest'
import { lanesOf } from '#connector/wire/lanes.ts'
import { parseSnapshot, type Snapshot } from '#domain/configuration/snapshot.ts'
import { snapshot, target } from '#test/support/connector.ts'

function parsed(document: unknown): Snapshot {
  const made = parseSnapshot(document)
  if (!made.ok) throw new Error(made.error.problems.join('\n'))
  return made.value
}
const source = (segments: string[]) => ({ id: 'K7T882', feed: 'gw1', gateway: 'msgw' as const, segments })
const dc4 = target({ protocol: 'dc4', sources: ['K7T882'] })

test('a target that has not changed has the lanes it had, unless its sources have changed', () => {
  const before = parsed(snapshot({ sources: [source(['84'])], targets: [dc4] }))
  const lanes = lanesOf(before)
  expect(lanes.map((lane) => lane.sources)).toEqual([['K7T882']])
  expect(lanesOf({ ...before, targets: [...before.targets] })[0]).toBe(lanes[0])
  const { sources } = parsed(snapshot({ sources: [source(['84', '98'])], targets: [dc4] }))
  expect(lanesOf({ ...before, sources }).map((lane) => lane.sources)).toEqual([['K7T882/84', 'K7T882/98']])
  expect(lanesOf(before).map((lane) => lane.sources)).toEqual([['K7T882']])
})
