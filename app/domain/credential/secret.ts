/** Hex SHA-256 of bytes, injected. */
type HashBytes = (bytes: Uint8Array) => string

/** 20 bytes = 160 bits; the least for a secret that we make is 128. */
export const secretBytes = 20
export const saltBytes = 16

/** At most this many credentials of a target live at once: the present one and the one that replaces it. */
export const liveCredentials = 2

const alphabet = 'ABCDEFGHJKLMNPQRSTUVWXYZ23456789'

/**
 * A password of 32 characters, 5 bits each, from 20 random bytes; printable ASCII as RawData(96) needs (spec §2.1).
 * @throws RangeError with fewer bytes: that would be a weaker secret than promised
 */
export function secretFrom(bytes: Uint8Array): string {
  if (bytes.length < secretBytes)
    throw new RangeError(`a secret needs ${secretBytes} random bytes, not ${bytes.length}`)
  let out = ''
  let held = 0
  let bits = 0
  for (const byte of bytes.subarray(0, secretBytes)) {
    held = ((held << 8) | byte) & 0xffff
    bits += 8
    while (bits >= 5) {
      bits -= 5
      out += alphabet[(held >> bits) & 31]
    }
  }
  return out
}

/** Random bytes that an access key needs: 20 for its id, 32 for its secret. */
export const accessKeyBytes = secretBytes + 32

/**
 * A key pair that signs Logons (spec §2.4): an id of 20 characters, and a secret of 32 bytes in base64url.
 * @throws RangeError with fewer bytes
 */
export function accessKeyFrom(bytes: Uint8Array): { accessKeyId: string; secretKey: string } {
  if (bytes.length < accessKeyBytes)
    throw new RangeError(`an access key needs ${accessKeyBytes} random bytes, not ${bytes.length}`)
  const secret = bytes.subarray(secretBytes, accessKeyBytes)
  return { accessKeyId: secretFrom(bytes).slice(0, 20), secretKey: base64url(secret) }
}

const base64url = (bytes: Uint8Array): string =>
  btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '')

export const hex = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')

/** What is stored of a secret: `sha256(salt ‖ secret)`, where the bytes of the salt are its hexadecimal text. */
type Verifier = { salt: string; sha256: string }

export function verifierOf(secret: string, salt: string, hash: HashBytes): Verifier {
  return { salt, sha256: hash(new TextEncoder().encode(salt + secret)) }
}

/** Tells two passwords apart on screen without giving either away: `3F9A-07C2`. */
export const fingerprint = ({ sha256 }: Verifier): string => `${sha256.slice(0, 4)}-${sha256.slice(4, 8)}`.toUpperCase()
