import { copyBytes } from '#fix/memory.ts'

/** Bytes that are the same for many messages, with their sum modulo 256. */
export interface Constant {
  readonly view: DataView
  readonly length: number
  readonly sum: number
}

/** `text` is ASCII. */
export const constant = (text: string): Constant => constantOf(Uint8Array.from(text, (char) => char.charCodeAt(0)))

/** The bytes are kept: nobody may change them. */
export const constantOf = (bytes: Uint8Array): Constant => ({
  view: new DataView(bytes.buffer, bytes.byteOffset, bytes.length),
  length: bytes.length,
  sum: bytes.reduce((sum, byte) => sum + byte, 0) & 255,
})

/** Writes the bytes at `at`; answers where they end. */
export const putConstant = (out: DataView, at: number, { view, length }: Constant): number =>
  copyBytes(out, at, view, 0, length)
