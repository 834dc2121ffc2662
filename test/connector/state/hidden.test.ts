import { describe, expect, test } from 'vitest'
import { Hidden } from '#connector/state/hidden.ts'
import { newFeed } from '#connector/state/state.ts'

const feed = (nextIn: number, epoch = 1) => ({ ...newFeed('gw1'), nextIn, epoch })

describe('what damage has hidden of a feed', () => {
  test('lies between the number expected before it and the first that came behind it', () => {
    const hidden = new Hidden()
    hidden.begin(800, { 1: feed(5), 2: feed(9) })
    hidden.arrived(feed(5), 1, 1, 8)
    hidden.arrived(feed(9), 2, undefined, 9)
    expect(hidden.behind(-1)).toMatchObject([{ feed: 1, from: 5, to: 7 }])
  })

  test('is asked for once: what stands before the last raise was', () => {
    const hidden = new Hidden()
    hidden.begin(800, { 1: feed(5) })
    hidden.arrived(feed(5), 1, 1, 8)
    expect(hidden.behind(800)).toEqual([])
    hidden.begin(1600, { 1: feed(20) })
    hidden.arrived(feed(20), 1, 1, 22)
    expect(hidden.behind(800)).toMatchObject([{ from: 20, to: 21 }])
  })

  test('cannot be asked for when the feed has started again meanwhile, nor when nothing is known behind it', () => {
    const hidden = new Hidden()
    hidden.begin(800, { 1: feed(5), 2: feed(5) })
    hidden.arrived(feed(5, 2), 1, 2, 8)
    expect(hidden.behind(-1)).toEqual([])
  })
})
