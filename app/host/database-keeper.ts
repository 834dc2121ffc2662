import { setTimeout as sleep } from 'node:timers/promises'
import type { EmbeddedServer } from '#db/embedded.ts'
import type { Logger } from './log.ts'

const lookEveryMs = 500
const firstPauseMs = 100
const longestPauseMs = 5_000
/** A server that lived this long has recovered: the next restart is quick again. */
const healthyMs = 30_000

/**
 * Start the embedded server again, with growing pauses, whenever it has died; it comes back at its old address, where
 * pools and connector find it by themselves.
 * @returns stops looking; a restart under way is waited for, so that nothing comes up behind an ordered stop
 */
export function keepDatabase(server: EmbeddedServer, log: Logger): () => Promise<void> {
  const stopping = new AbortController()
  const pause = (ms: number) => sleep(ms, undefined, { signal: stopping.signal }).catch(() => undefined)
  let upSince = Date.now()
  let pauseMs = firstPauseMs
  const restart = async () => {
    try {
      await server.restart()
      log.info({ pid: server.pid }, 'the database is up again')
    } catch (error) {
      log.error({ err: error }, 'the database could not be started; it is tried again')
    }
    upSince = Date.now()
  }
  const watch = async () => {
    while (!stopping.signal.aborted) {
      await pause(lookEveryMs)
      if (stopping.signal.aborted || server.isAlive()) continue
      if (Date.now() - upSince > healthyMs) pauseMs = firstPauseMs
      log.error({ pid: server.pid, pauseMs }, 'the database has died; starting it again')
      await pause(pauseMs)
      pauseMs = Math.min(longestPauseMs, pauseMs * 2)
      if (!stopping.signal.aborted) await restart()
    }
  }
  const watching = watch()
  return async () => {
    stopping.abort()
    await watching
  }
}
