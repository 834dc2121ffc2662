import { chmodSync, rmSync } from 'node:fs'
import { createServer, type Socket } from 'node:net'
import type { Worker } from '#connector/run/worker.ts'
import type { SessionFacts } from '#domain/session/command.ts'
import { type LocalAnswer, localAsk } from '#domain/session/local-command.ts'
import { socketIn } from '#journal/lock.ts'
import { carryOut } from './carry-out.ts'

const mostBytes = 16 * 1024
const patienceMs = 10_000

/** The socket that takes commands for a connector that runs from a file. */
export const commandSocket = (data: string): string => socketIn(data, 'commands')

/**
 * Answers `drop-copy session … --data DIR`: anyone who may write to the data directory may command the connector that
 * runs from it. Only for a connector that follows no database. @returns a function that stops the service
 */
export async function serveLocalCommands(worker: Worker): Promise<() => void> {
  const path = commandSocket(worker.data)
  rmSync(path, { force: true }) // left by a process that is gone: the journal's lock proves that no other runs here
  const server = createServer({ allowHalfOpen: true }, (socket) => serve(worker, socket))
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(path, resolve)
  })
  chmodSync(path, 0o600)
  server.unref()
  return () => server.close()
}

function serve(worker: Worker, socket: Socket): void {
  let text = ''
  socket.setEncoding('utf8')
  socket.setTimeout(patienceMs, () => socket.destroy())
  socket.on('error', () => undefined) // it closes
  socket.on('data', (chunk: string) => {
    text += chunk
    if (text.length > mostBytes) socket.destroy()
    else if (text.includes('\n'))
      void answer(worker, text).then(
        (said) => socket.end(`${JSON.stringify(said)}\n`),
        () => socket.destroy(),
      )
  })
}

/** Answers when the effect of the command is durable. @throws when the text is no command of the command line */
async function answer(worker: Worker, text: string): Promise<LocalAnswer> {
  const { order } = localAsk.parse(JSON.parse(text))
  if (!order) return { sessions: factsOf(worker) }
  const { reason, operator, ...command } = order
  worker.log.info({ operator, reason, session: order.session, command: order.action }, 'asked by the operator')
  const became = carryOut(worker, command)
  await worker.core.journal.flush()
  return became
}

const factsOf = ({ targets, feeds }: Worker): SessionFacts[] => [
  ...[...targets.values()].map(
    ({ name, config, isOnline, peer, state }): SessionFacts => ({
      ...{ kind: 'target', name, protocol: config.protocol, isLoggedOn: isOnline },
      ...{ nextIn: peer.session.nextIn, nextOut: peer.session.nextOut, waiting: state.waiting.total },
      held: Object.values(state.ledger)
        .flatMap(Object.values)
        .reduce((sum, row) => sum + row.held, 0),
    }),
  ),
  ...[...feeds.values()].map(
    ({ name, peer }): SessionFacts => ({
      ...{ kind: 'feed', name, protocol: 'classic', isLoggedOn: peer.isLive, waiting: 0, held: 0 },
      ...{ nextIn: peer.session.nextIn, nextOut: peer.session.nextOut },
    }),
  ),
]
