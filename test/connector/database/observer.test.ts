import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { Observer } from '#connector/database/observer.ts'
import type { Status } from '#connector/reports/status.ts'
import type { ConnectorPool } from '#db/client.ts'
import { keptLog } from '#test/support/connector.ts'

beforeEach(() => vi.useFakeTimers())
afterEach(() => vi.useRealTimers())

/** An observer whose database answers when the test says so. */
function observed() {
  const made: { state: string }[] = []
  const open: ((isSaved: boolean) => void)[] = []
  const ask = () => new Promise<unknown>((resolve) => open.push(resolve))
  // of both only what an observer calls
  const status = { changed: (state: string) => made.push({ state }), saved: () => undefined, forget: () => undefined }
  const leader = { environment: 'sandbox' as const, shard: 'main', lineage: 'l', term: 1 }
  const observer = new Observer(
    { ask } as unknown as ConnectorPool,
    status as unknown as Status,
    keptLog().log,
    () => leader,
  )
  const answered = async () => {
    open.shift()?.(true)
    await vi.advanceTimersByTimeAsync(0)
  }
  return { observer, made, answered }
}

describe('a report', () => {
  test('is made once a second, and by a slow database at once behind the one before', async () => {
    const { observer, made, answered } = observed()
    await vi.advanceTimersByTimeAsync(1_000)
    expect(made).toHaveLength(1)
    await answered()
    expect(made).toHaveLength(1)
    await vi.advanceTimersByTimeAsync(1_000)
    expect(made).toHaveLength(2)
    await vi.advanceTimersByTimeAsync(3_500) // still written
    expect(made).toHaveLength(2)
    await answered()
    expect(made).toHaveLength(3)
    await answered()
    expect(made).toHaveLength(3)
    const stopped = observer.stop()
    await vi.advanceTimersByTimeAsync(0)
    await answered()
    await stopped
    expect(made.map(({ state }) => state)).toEqual(['running', 'running', 'running', 'stopped'])
  })

  test('that is being written when the connector stops is followed by the last one alone', async () => {
    const { observer, made, answered } = observed()
    await vi.advanceTimersByTimeAsync(2_000)
    const stopped = observer.stop()
    await answered()
    await answered()
    await stopped
    expect(made.map(({ state }) => state)).toEqual(['running', 'stopped'])
  })
})
