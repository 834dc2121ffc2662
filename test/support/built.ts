import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { projectRoot } from './app.ts'

/**
 * Programs that tests start run from the build, which is made once, before any test needs it, when the sources have
 * changed.
 */
export default async function setup(): Promise<void> {
  const builder = spawn(process.execPath, ['app/build.mjs'], {
    cwd: projectRoot,
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  const [code] = await once(builder, 'exit')
  if (code !== 0) throw new Error(`the build ended with ${code}`)
}
