import { describe, expect, test } from 'vitest'
import { fuzz } from './fuzz.ts'

describe('sessions that are sent mutated frames', () => {
  test('never throw, hang, grow or say anything malformed', () => {
    const { frames, accepted, rejected, garbled, connections, sent, peakBytes } = fuzz({
      frames: 150_000,
      seed: 20240304,
    })
    // it went deep: most frames met a live session, and every way of refusing was taken
    expect(accepted).toBeGreaterThan(frames / 50)
    expect(rejected).toBeGreaterThan(frames / 50)
    expect(garbled).toBeGreaterThan(frames / 50)
    expect(sent).toBeGreaterThan(frames / 10)
    expect(connections).toBeLessThan(frames / 5)
    expect(peakBytes).toBeLessThan(256 * 1024 * 1024)
  })

  test('do the same for the same seed', () => {
    const { peakBytes: _, ...first } = fuzz({ frames: 3_000, seed: 7 })
    const { peakBytes: __, ...second } = fuzz({ frames: 3_000, seed: 7 })
    expect(second).toEqual(first)
  })
})
