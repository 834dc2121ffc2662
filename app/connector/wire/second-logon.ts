import type { Credential } from '#domain/configuration/fields.ts'
import { credentialsOf } from '#fix/logon-request.ts'
import type { Message } from '#fix/message.ts'
import { MsgType, Tag } from '#fix/tags.ts'
import type { Connection } from './connection.ts'
import type { CredentialVerdict } from './credentials.ts'
import type { Door } from './door.ts'

type Identity = { kind: 'feed' | 'target'; name: string; credentials: readonly Credential[]; required: boolean }

/**
 * Another connection names an identity that has one: it is closed without a byte, whatever it sends. Resolves to
 * whether it proved to be the same peer, so that the present connection should prove that it lives. `farewell`: nobody
 * may log on here now, and a peer that proved itself is told so instead.
 */
export async function secondLogon(
  door: Door,
  of: Identity,
  connection: Connection,
  message: Message,
  farewell?: () => void,
): Promise<boolean> {
  // the reader reuses the message as soon as this returns
  const claimed = message.str(Tag.SenderCompID) ?? ''
  const isLogon = message.msgType === MsgType.Logon
  const given = credentialsOf(message)
  connection.hold()
  const refused: CredentialVerdict = { ok: false }
  const { ok } = await Promise.resolve(door.check(given, of.credentials, of.required)).catch(() => refused)
  door.judged(connection, ok)
  const code = ok ? 'second-logon' : 'credentials'
  door.refused(of.kind, of.name, claimed, connection.address, code, `This ${of.kind} is logged on already.`)
  const isTold = ok && isLogon && farewell !== undefined
  if (isTold) farewell()
  else connection.destroy()
  return ok && isLogon && !isTold
}
