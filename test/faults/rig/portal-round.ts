import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import type { Random } from '#gateway-sim/random.ts'
import { appEnvironment, dataDirectory, launch, startApp, until } from '#test/support/app.ts'
import { audit } from './audit.ts'
import type { Outcome } from './round.ts'

const segmentBytes = 64 * 1024 * 1024

/**
 * A portal with everything that it starts (database, connector, simulated gateway and client, which send and receive)
 * is killed so many times at random instants, while it starts and while it runs. No process may remain, and the next
 * start goes on with the same journal.
 */
export async function portalKilled(random: Random, times: number, say: (text: string) => void): Promise<Outcome> {
  const data = dataDirectory()
  const wrong: string[] = []
  let copies = 0
  try {
    const env = await appEnvironment(data, { LOG_LEVEL: 'error' })
    await (await startApp(env)).stop() // built, and filled
    for (let kills = 1; kills <= times; kills++) {
      const started = launch(env)
      if (random.below(2) === 0) await Promise.race([started.saidMatch(/(https?:)/), started.exited])
      await wait(random.between(0, 4_000))
      started.process.kill('SIGKILL')
      if (!(await isSo(() => data.processes().length === 0))) wrong.push(`still there: ${data.processes().join('; ')}`)
      say(`portal killed ${kills} times${wrong.map((text) => `; ${text}`).join('')}`)
    }
    const app = await startApp(env)
    if (!(await isSo(async () => (await fetch(`${app.url}/readyz`)).status === 200)))
      wrong.push('no connector afterwards')
    await wait(2_000) // some more messages
    if ((await app.stop()) !== 0) wrong.push('not stopped in order')
    if (!(await isSo(() => data.processes().length === 0))) wrong.push(`left: ${data.processes().join('; ')}`)
    const found = await audit(join(env.DATA_DIR ?? '', 'connector', 'journal'), segmentBytes, new Map())
    copies = [...found.copies.values()].reduce((sum, count) => sum + count, 0)
    if (copies === 0) wrong.push('no copy in the journal')
    wrong.push(...found.wrong)
  } finally {
    for (const line of data.processes()) process.kill(Number(line.split(' ')[0]), 'SIGKILL')
    data.remove()
  }
  return { copies, lost: [], doubled: [], wrong, flagged: 0, kills: times, p99Ms: Number.NaN }
}

const isSo = (holds: () => boolean | Promise<boolean>) =>
  until('', holds).then(
    () => true,
    () => false,
  )
