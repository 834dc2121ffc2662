/** Bytes that are the same for many messages, with their sum modulo 256. */
export interface Constant {
  readonly bytes: Uint8Array
  readonly sum: number
}

/** `text` is ASCII. */
export function constant(text: string): Constant {
  const bytes = Uint8Array.from(text, (char) => char.charCodeAt(0))
  return { bytes, sum: bytes.reduce((sum, byte) => sum + byte, 0) & 255 }
}
