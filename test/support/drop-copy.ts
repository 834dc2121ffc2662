import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'

const commandLine = fileURLToPath(new URL('../../app/cli/drop-copy.mjs', import.meta.url))

/**
 * A command as a user runs it in folder `cwd`, below which their home is; `ended` resolves to its exit code. The
 * command ends with the test.
 */
export function dropCopyIn(cwd: string, ...args: string[]) {
  const child = spawn(process.execPath, [commandLine, ...args], {
    cwd,
    env: { ...process.env, HOME: join(cwd, 'home') },
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  const run = { child, out: '', err: '', ended: new Promise<number | null>((resolve) => child.once('close', resolve)) }
  child.stdout.on('data', (chunk) => {
    run.out += chunk
  })
  child.stderr.on('data', (chunk) => {
    run.err += chunk
  })
  return run
}
