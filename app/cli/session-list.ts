import type { Database } from '#db/client.ts'
import { listSessionCommands } from '#db/queries/connector/session-commands.ts'
import { visible } from '#domain/text.ts'
import { listSessions, type SessionRow } from '#views/session/sessions.ts'
import { print } from './terminal.ts'

const shownCommands = 10

/** A line a session, then the newest commands. @returns the exit code */
export async function printSessions(database: Database): Promise<number> {
  const [sessions, commands] = await database.asJobs(
    async (tx) => [await listSessions(tx, new Date()), await listSessionCommands(tx, shownCommands)] as const,
  )
  const head = ['session', 'kind', 'environment', 'state', 'expects', 'ours', 'waiting', 'held', '']
  for (const line of aligned([head, ...sessions.map(cellsOf)])) print(line)
  if (commands.length > 0) print('')
  for (const { command, outcome } of commands) {
    const { askedAt, action, session, operator, reason, expiresAt } = command
    const open = expiresAt < new Date() ? 'never carried out' : 'not carried out yet'
    const became = outcome ? `${outcome.state}: ${outcome.says}` : open
    print(`${askedAt.toISOString().slice(0, 19)}Z ${session} ${action} by ${operator} (${reason}): ${became}`)
  }
  return 0
}

const cellsOf = (row: SessionRow): string[] => {
  const isTarget = row.kind === 'target'
  const copies = isTarget ? [`${row.waiting}`, `${row.held}`] : ['', '']
  return [row.name, row.kind, row.environment, row.state, `${row.nextIn}`, `${row.nextOut}`, ...copies, row.says]
}

/** Columns side by side, each as wide as its printed text. */
export function aligned(cells: readonly string[][]): string[] {
  const rows = cells.map((row) => row.map(visible))
  const widths = rows.reduce<number[]>((all, row) => row.map((cell, i) => Math.max(all[i] ?? 0, cell.length)), [])
  return rows.map((row) =>
    row
      .map((cell, i) => cell.padEnd(widths[i] ?? 0))
      .join('  ')
      .trimEnd(),
  )
}
