import { keyFile } from '#app/routes/names.ts'
import type { TargetView } from '#views/group/group-view.ts'

/**
 * The command of our terminal client, ready to paste. The client asks for a password; it reads a secret key from its
 * file. @param commandLine how our command line is called; null outside the sandbox, which alone runs on this machine
 */
export function clientCommand(
  commandLine: string | null,
  { sessionId, protocol, listen, credentials }: Pick<TargetView, 'sessionId' | 'listen' | 'protocol' | 'credentials'>,
): string | null {
  const [first, second] = listen
  const id = credentials?.find((one) => one.isLive)?.fingerprint ?? 'ID'
  if (commandLine === null || !first) return null
  const backup = second ? ` --backup ${second.host}:${second.port}` : ''
  const key = protocol === 'dc4' ? ` --access-key ${id} --secret-file ${keyFile(id)}` : ''
  return `${commandLine} client --host ${first.host} --port ${first.port}${backup} --session ${sessionId}${key}`
}
