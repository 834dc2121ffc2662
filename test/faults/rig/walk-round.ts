import type { Random } from '#gateway-sim/random.ts'
import { reportOf, walkAll } from '#test/services/walk/walks.ts'
import { startServer } from '#test/support/database-server.ts'
import { freshDbOn } from '#test/support/fresh-db-on.ts'

/** The place of this run's walks: a database server, started for the first walk. */
export class WalkRounds {
  private server: ReturnType<typeof startServer> | undefined

  /** Walk so many times sixty steps, or until the time is over. @returns how many walks were made and what was found */
  async walk(random: Random, most: number, untilMs: number): Promise<{ made: number; steps: number; wrong: string[] }> {
    this.server ??= startServer()
    const { url } = await this.server
    const seeds = Array.from({ length: most }, () => random.below(2 ** 31))
    const isOver = () => performance.now() >= untilMs
    const { figures, found } = await walkAll(() => freshDbOn(url), seeds, { steps: 60, lanes: 3, isOver })
    const steps = [...figures.done.values(), ...figures.refused.values()].reduce((sum, one) => sum + one, 0)
    return { made: figures.walks, steps, wrong: found ? [reportOf(found)] : [] }
  }

  async stop(): Promise<void> {
    await (await this.server)?.stop()
  }
}
