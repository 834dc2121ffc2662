import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'

const algorithm = 'aes-256-gcm'
const ivBytes = 12
const tagBytes = 16

/**
 * Seal a text with AES-256-GCM under a key of 32 bytes: iv, tag, text. `what` is bound to the text and is not secret: a
 * text sealed for one place opens in no other (ADR 20).
 */
export function seal(key: Uint8Array, text: string, what: string): Buffer {
  const iv = randomBytes(ivBytes)
  const cipher = createCipheriv(algorithm, key, iv).setAAD(Buffer.from(what))
  const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
  return Buffer.concat([iv, cipher.getAuthTag(), sealed])
}

/** @throws when the bytes were changed, were sealed for something else, or need another key */
export function open(key: Uint8Array, bytes: Uint8Array, what: string): string {
  const decipher = createDecipheriv(algorithm, key, bytes.subarray(0, ivBytes), { authTagLength: tagBytes })
    .setAAD(Buffer.from(what))
    .setAuthTag(bytes.subarray(ivBytes, ivBytes + tagBytes))
  return Buffer.concat([decipher.update(bytes.subarray(ivBytes + tagBytes)), decipher.final()]).toString()
}

/** What an access key's secret is bound to: its own row and its own public id. */
export const sealedKey = (credentialId: string, accessKeyId: string): string =>
  `drop-copy access key ${accessKeyId} of ${credentialId}`

/** The same for a feed's secret: the feed, and which of its secrets this is. */
export const sealedFeedSecret = (feedId: string, { id, kind, accessKeyId = '' }: PublicOfSecret): string =>
  `drop-copy feed ${kind} ${accessKeyId} ${id} of ${feedId}`

type PublicOfSecret = { id: string; kind: string; accessKeyId?: string }
