import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type CursorEvent, type CursorMode, nextMode } from '#connector/targets/cursor-mode.ts'

const modes: readonly CursorMode[] = ['idle', 'parked', 'joined', 'reading']
/** What follows each of the modes; undefined: it cannot happen then. */
const table: readonly (readonly [CursorEvent, ...(CursorMode | undefined)[]])[] = [
  ['copy-waits', 'parked', 'parked', 'joined', 'reading'],
  ['room', 'joined', 'joined', 'joined', 'reading'],
  ['piece-from-here', undefined, undefined, 'reading', 'reading'],
  ['piece-ahead', undefined, undefined, 'joined', 'joined'],
  ['no-room', undefined, undefined, 'parked', 'parked'],
  ['caught-up', undefined, undefined, 'idle', 'idle'],
  ['stopped', 'idle', 'idle', 'idle', 'idle'],
]
const cells = table.flatMap(([event, ...after]) => modes.map((mode, i) => ({ mode, event, next: after[i] })))
const outcomes = new Map(cells.map(({ mode, event, next }) => [`${mode} ${event}`, next]))

describe('a cursor', () => {
  test.each(cells.filter(({ next }) => next))('that is $mode is $next after $event', ({ mode, event, next }) => {
    expect(nextMode(mode, event)).toBe(next)
  })

  test.each(cells.filter(({ next }) => !next))('that is $mode cannot be told $event', ({ mode, event }) => {
    expect(() => nextMode(mode, event)).toThrow(`a cursor that is ${mode} is told ${event}`)
  })

  test('reads only when there has been room and a piece has begun where it is, since its client came', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...table.map(([event]) => event)), { maxLength: 30 }), (events) => {
        let mode: CursorMode = 'idle'
        let hadRoom = false
        let isHere = false
        for (const event of events) {
          if (!outcomes.get(`${mode} ${event}`)) continue
          mode = nextMode(mode, event)
          if (event === 'room') hadRoom = true
          if (event === 'piece-from-here') isHere = true
          if (['no-room', 'caught-up', 'stopped'].includes(event)) hadRoom = isHere = false
          if (event === 'piece-ahead') isHere = false
          expect(mode === 'reading').toBe(hadRoom && isHere)
          expect(mode === 'joined').toBe(hadRoom && !isHere)
        }
      }),
    )
  })
})
