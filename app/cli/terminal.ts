import { once } from 'node:events'
import { userInfo } from 'node:os'
import { createInterface } from 'node:readline'
import { createInterface as createPromising } from 'node:readline/promises'
import { visible } from '#domain/text.ts'
import { UsageError } from './command.ts'

/*
 * Everything that a command prints goes through here, because others wrote much of it: gateways, clients, people of
 * other firms. Characters that a terminal would obey, or a reader would not see, are printed as their code, `\u001b`; a
 * line of JSON stays JSON, and means the same.
 */

/** One line on stdout: what was asked for. */
export const print = (line: string): void => console.log(visible(line))

/** One line on stderr: what a person should know. */
export const printNote = (line: string): void => console.error(visible(line))

/** Many lines on stdout; waits for a slow reader. */
export async function printAll(lines: readonly string[]): Promise<void> {
  if (!process.stdout.write(lines.map((line) => `${visible(line)}\n`).join(''))) await once(process.stdout, 'drain')
}

/** The account on this machine: whom the audit trail names. */
export const operator = (): string => userInfo().username

/** @throws UsageError when nobody sits at a terminal and `yes` was not given */
export async function isConfirmed(yes: boolean): Promise<boolean> {
  if (yes) return true
  if (!process.stdin.isTTY) throw new UsageError('nobody is at a terminal to confirm it: add --yes')
  return /^y(es)?$/i.test((await ask('Go on? [y/N] ')).trim())
}

/** A line typed at the terminal. */
export async function ask(question: string): Promise<string> {
  const terminal = createPromising({ input: process.stdin, output: process.stderr })
  const answer = await terminal.question(question)
  terminal.close()
  return answer
}

/** A line typed at the terminal without being shown. */
export async function askUnseen(question: string): Promise<string> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr, terminal: true })
  const answer = new Promise<string>((resolve) => terminal.question(question, resolve))
  // readline echoes through this method; nothing of the secret may be shown
  Object.assign(terminal, { _writeToOutput: () => {} })
  const typed = await answer
  terminal.close()
  process.stderr.write('\n')
  return typed
}
