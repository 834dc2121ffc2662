import { randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { connect } from 'node:net'
import { commandSocket } from '#connector/run/commands/local-commands.ts'
import {
  commandLastsMs,
  consequenceOf,
  fitCommand,
  isOfConnector,
  type SessionFacts,
  sessionActions,
} from '#domain/session/command.ts'
import type { LocalAnswer, LocalAsk } from '#domain/session/local-command.ts'
import { UsageError } from './command.ts'
import { aligned } from './session-list.ts'
import { isConfirmed, operator, print, printNote } from './terminal.ts'

type Asked = {
  verb: string
  name: string
  reason: string
  yes: boolean
  expected?: number
  next?: number
  data: string
}

/** Sends a command to a connector that runs from a file, through its data directory. @returns the exit code */
export async function askLocally(asked: Asked): Promise<number> {
  const { verb, name, data, expected, next } = asked
  const action = sessionActions.find((one) => one === verb)
  if (!action && verb !== 'list')
    throw new UsageError(`${verb} is a change of the configuration: write it into the connector's file.`)
  const heard = await ask(data, {})
  if (!heard) return nobody(data)
  const sessions = 'sessions' in heard ? heard.sessions : []
  if (!action) return list(sessions)
  const session = isOfConnector(action) ? connectorOf(data) : sessions.find((one) => isNamed(one, name))
  if (!session) throw new UsageError(`no target and no feed ${name} runs there; list names them`)
  const command = { action, expected, next }
  const fit = fitCommand(session.kind, command)
  if (!fit.ok) throw new UsageError(fit.error.sentence)
  print(consequenceOf(session, command))
  if (!(await isConfirmed(asked.yes))) {
    print('Nothing was done.')
    return 1
  }
  const { kind } = session
  const who = {
    kind,
    session: kind === 'target' ? name.toUpperCase() : session.name,
    reason: asked.reason,
    operator: operator(),
  }
  const order = { ...command, ...who, id: randomUUID(), expiresMs: Date.now() + commandLastsMs }
  const answer = await ask(data, { order })
  if (!answer || !('state' in answer)) return nobody(data)
  if (answer.state === 'done') print(answer.says)
  else printNote(answer.says)
  return answer.state === 'done' ? 0 : 1
}

/** A target's session id means the sessions of all its market segments. */
const isNamed = (one: SessionFacts, name: string): boolean =>
  one.kind === 'target' ? `${one.name}/`.startsWith(`${name.toUpperCase()}/`) : one.name === name

const connectorOf = (data: string): SessionFacts => ({
  ...{ kind: 'connector', name: data, protocol: 'classic', isLoggedOn: false },
  ...{ nextIn: 1, nextOut: 1, waiting: 0, held: 0 },
})

function list(sessions: readonly SessionFacts[]): number {
  const head = ['session', 'kind', 'logged on', 'expects', 'ours', 'waiting', 'held']
  const rows = sessions.map(({ name, kind, isLoggedOn, nextIn, nextOut, waiting, held }) => {
    const copies = kind === 'target' ? [`${waiting}`, `${held}`] : ['', '']
    return [name, kind, isLoggedOn ? 'yes' : 'no', `${nextIn}`, `${nextOut}`, ...copies]
  })
  for (const line of aligned([head, ...rows])) print(line)
  return 0
}

function nobody(data: string): number {
  printNote(`No connector that runs from a file answers in ${data}: nothing was done.`)
  return 4
}

/** undefined: nobody answers. */
function ask(data: string, what: LocalAsk): Promise<LocalAnswer | undefined> {
  if (!existsSync(data)) throw new UsageError(`there is no directory ${data}`)
  return new Promise((resolve) => {
    let text = ''
    const socket = connect(commandSocket(data), () => socket.write(`${JSON.stringify(what)}\n`))
    socket.setEncoding('utf8')
    socket.on('data', (chunk: string) => {
      text += chunk
    })
    socket.once('error', () => resolve(undefined))
    // the connector answers a line of JSON that `LocalAnswer` describes, or closes
    socket.once('close', () => resolve(text === '' ? undefined : (JSON.parse(text) as LocalAnswer)))
  })
}
