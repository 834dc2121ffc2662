import { type ChildProcess, spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'
import type { SnapshotInput } from '#domain/configuration/snapshot.ts'

const commandLine = fileURLToPath(new URL('../../app/cli/drop-copy.mjs', import.meta.url))

/** A connector in a process of its own, as a person starts it. */
export class ConnectorProcess {
  stdout = ''
  stderr = ''
  private child: ChildProcess | undefined
  private exited: Promise<number | string> | undefined

  constructor(
    readonly config: string,
    readonly data: string,
  ) {
    onTestFinished(() => this.kill().then(() => undefined))
  }

  async start(): Promise<void> {
    this.launch()
    const { child } = this
    await new Promise<void>((resolve, reject) => {
      child?.stdout?.on('data', () => this.stdout.includes('{"event":"ready"}') && resolve())
      void this.exited?.then((code) => reject(new Error(`the connector ended with ${code}: ${this.stderr}`)))
    })
  }

  launch(): void {
    this.stdout = ''
    this.stderr = ''
    const child = spawn(process.execPath, [commandLine, 'connector', '--config', this.config, '--data', this.data], {
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    this.child = child
    child.stdout.on('data', (chunk: Buffer) => {
      this.stdout += chunk
    })
    child.stderr.on('data', (chunk: Buffer) => {
      this.stderr += chunk
    })
    this.exited = new Promise((resolve) => child.once('exit', (code, signal) => resolve(code ?? signal ?? '')))
  }

  signal(name: NodeJS.Signals): void {
    this.child?.kill(name)
  }

  /** Exit code, or the signal that ended it. */
  async ended(): Promise<number | string> {
    return (await this.exited) ?? ''
  }

  async kill(): Promise<void> {
    this.signal('SIGKILL')
    await this.exited
  }
}

export function writeConfig(dir: string, document: unknown): string {
  const path = join(dir, 'config.json')
  writeFileSync(path, JSON.stringify(document))
  return path
}

/** Ports that are free at the moment. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer()
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
      return server
    }),
  )
  return servers.map((server) => {
    const address = server.address()
    server.close()
    if (typeof address !== 'object' || address === null) throw new Error('no port')
    return address.port
  })
}

/** The usual snapshot on real ports, since a restarted connector must be found again. */
export async function onPorts(
  document: SnapshotInput,
): Promise<{ document: SnapshotInput; feedPort: number; targetPort: number }> {
  const [feedPort = 0, targetPort = 0] = await freePorts(2)
  const feeds = document.feeds.map((feed) => ({ ...feed, port: feedPort }))
  const targets = document.targets.map((target) => ({
    ...target,
    listen: target.listen.map((one) => ({ ...one, host: '127.0.0.1', port: targetPort })),
  }))
  return { document: { ...document, feeds, targets }, feedPort, targetPort }
}
