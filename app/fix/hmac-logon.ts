import type { Field } from './encode.ts'
import type { Message } from './message.ts'
import type { LogonCredentials, OwnCredentials } from './session-state.ts'
import { Tag } from './tags.ts'

/** EncryptedPasswordMethod(1400): HMAC-SHA-256 over `signedText`, base64url without padding (spec §2.4). */
const hmacMethod = 'CME-1-SHA-256'

const signedTags = [
  Tag.MsgSeqNum,
  Tag.SenderCompID,
  Tag.SenderSubID,
  Tag.SendingTime,
  Tag.TargetSubID,
  Tag.HeartBtInt,
  Tag.SenderLocationID,
  Tag.LastMsgSeqNumProcessed,
  Tag.ApplicationSystemName,
  Tag.TradingSystemVersion,
  Tag.ApplicationSystemVendor,
] as const

/**
 * The text that a Logon's signature covers: the values of eleven tags, a line feed between. undefined: one is missing.
 */
function signedText(find: (tag: number) => string | undefined): string | undefined {
  const values: string[] = []
  for (const tag of signedTags) {
    const value = find(tag)
    if (value === undefined) return undefined
    values.push(value)
  }
  return values.join('\n')
}

/**
 * The access key and signature of a Logon; none when there is no signature, another method, or a signed tag missing.
 */
export function hmacCredentials(message: Message): LogonCredentials {
  const accessKeyId = message.str(Tag.EncodedText)
  const signature = message.str(Tag.EncryptedPassword)
  const text = signedText((tag) => message.str(tag))
  if (!message.is(Tag.EncryptedPasswordMethod, hmacMethod)) return { kind: 'none' }
  if (accessKeyId === undefined || signature === undefined || text === undefined) return { kind: 'none' }
  return { kind: 'hmac', accessKeyId, signature, text }
}

/**
 * The fields that sign a Logon of ours with these header and body fields. @throws when a tag to be signed is missing
 */
export function hmacFields(key: Extract<OwnCredentials, { kind: 'hmac' }>, fields: readonly Field[]): Field[] {
  const values = new Map(fields.map(([tag, value]) => [tag, `${value}`]))
  const text = signedText((tag) => values.get(tag))
  if (text === undefined) throw new Error('bug: an HMAC Logon without 50, 57, 142, 369 or 1603 to 1605')
  const signature = key.sign(text)
  return [
    [Tag.EncodedTextLen, key.accessKeyId.length],
    [Tag.EncodedText, key.accessKeyId],
    [Tag.EncryptedPasswordMethod, hmacMethod],
    [Tag.EncryptedPasswordLen, signature.length],
    [Tag.EncryptedPassword, signature],
  ]
}
