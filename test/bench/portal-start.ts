import { once } from 'node:events'
import { appEnvironment, dataDirectory, startApp } from '#test/support/app.ts'
import { progress, shown, type Table } from './report.ts'

/** Time until the portal says that it is ready: with an empty directory, after an ordered stop, and after SIGKILL. */
export async function portalStartTable(): Promise<Table> {
  const data = dataDirectory()
  const rows: string[][] = []
  try {
    const env = await appEnvironment(data)
    const timed = async (what: string) => {
      const fromMs = performance.now()
      const app = await startApp(env)
      const seconds = `${shown((performance.now() - fromMs) / 1000, 2)} s`
      progress(`portal: ready ${what} after ${seconds}`)
      rows.push([what, seconds])
      return app
    }
    await (await timed('for the first time: database made, sandbox filled')).stop()
    const killed = await timed('after an ordered stop')
    killed.process.kill('SIGKILL')
    await once(killed.process, 'close')
    await (await timed('after SIGKILL, its database and connector cleared up first')).stop()
  } finally {
    data.remove()
  }
  return { head: ['the portal, process start included', 'ready after'], rows }
}
