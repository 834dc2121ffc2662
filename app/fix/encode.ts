import { sealFrame } from './checksum.ts'

/**
 * A field to write. Text is ASCII without SOH; bytes are for data fields and may hold anything (their length field is
 * the caller's).
 */
export type Field = readonly [tag: number, value: string | number | Uint8Array]

/**
 * A whole message from its fields, in the order of writing, MsgType(35) first. 8 and 9 are put before them, 10 behind.
 * @throws when a text holds SOH: that would let a value become a field (our bug, never the peer's)
 */
export function encode(fields: readonly Field[], beginString = 'FIX.4.2'): Buffer {
  let bodyLength = 0
  for (const [tag, value] of fields) bodyLength += `${tag}`.length + valueLength(value) + 2
  const head = `8=${beginString}\x019=${bodyLength}\x01`
  const out = Buffer.allocUnsafe(head.length + bodyLength + 7)
  let at = out.write(head, 0, 'latin1')
  for (const [tag, value] of fields) at = writeField(out, at, tag, value)
  sealFrame(out)
  return out
}

const valueLength = (value: Field[1]): number => (typeof value === 'number' ? `${value}`.length : value.length)

/** Write `tag=value` and SOH at `at`; returns the offset behind it. */
function writeField(out: Buffer, at: number, tag: number, value: Field[1]): number {
  let p = at + out.write(`${tag}=`, at, 'latin1')
  if (typeof value === 'object') {
    out.set(value, p)
    p += value.length
  } else {
    const text = `${value}`
    if (text.includes('\x01')) throw new Error(`unreachable: SOH inside the text of tag ${tag}`)
    p += out.write(text, p, 'latin1')
  }
  out[p] = 1
  return p + 1
}

/** Write an unsigned integer in decimal; returns the offset behind it. For hot paths: no string is made. */
export function writeInt(out: DataView, at: number, value: number): number {
  const end = at + digitCount(value)
  let p = end - 1
  let big = value
  for (; big > 0x7fffffff; p--) {
    const next = Math.floor(big / 10)
    out.setUint8(p, 48 + (big - next * 10))
    big = next
  }
  for (let rest = big | 0; p >= at; p--) {
    const next = (rest / 10) | 0 // 32-bit from here on: three times as fast
    out.setUint8(p, 48 + rest - next * 10)
    rest = next
  }
  return end
}

/** How many decimal digits an unsigned integer takes. */
export function digitCount(value: number): number {
  if (value < 1000) return value < 10 ? 1 : value < 100 ? 2 : 3
  let count = 4
  for (let above = 10_000; value >= above; above *= 10) count++
  return count
}
