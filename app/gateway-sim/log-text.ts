import { createReadStream } from 'node:fs'
import { createGunzip } from 'node:zlib'

/** How many bytes are looked at to tell how a file is encoded. */
const sample = 4096
const gzipMagic = Buffer.from([0x1f, 0x8b])

/**
 * The text of a log in pieces, a character a byte (latin1), so that the bytes of its messages stay what they are. Plain
 * or gzip, told by its first bytes. A file in UTF-16, with or without a byte order mark, becomes UTF-8.
 * @throws when the file cannot be read
 */
export async function* logText(path: string): AsyncGenerator<string> {
  let toText: ((bytes: Buffer) => string) | undefined
  for await (const bytes of contentOf(path)) {
    toText ??= decoderOf(bytes)
    yield toText(bytes)
  }
}

async function* contentOf(path: string): AsyncGenerator<Buffer> {
  const isZipped = await isGzip(path)
  const file = createReadStream(path)
  const content = isZipped ? file.pipe(createGunzip()) : file
  if (content !== file) file.on('error', (error) => content.destroy(error))
  try {
    for await (const bytes of content) yield bytes
  } finally {
    file.destroy()
  }
}

async function isGzip(path: string): Promise<boolean> {
  for await (const bytes of createReadStream(path, { end: gzipMagic.length - 1 })) return gzipMagic.equals(bytes)
  return false
}

function decoderOf(first: Buffer): (bytes: Buffer) => string {
  const encoding = utf16Of(first.subarray(0, sample))
  if (encoding === undefined) return (bytes) => bytes.toString('latin1')
  const decoder = new TextDecoder(encoding)
  return (bytes) => Buffer.from(decoder.decode(bytes, { stream: true }), 'utf8').toString('latin1')
}

/** Without a mark: in the text of a log nearly every second byte is then zero. */
function utf16Of(first: Buffer): 'utf-16le' | 'utf-16be' | undefined {
  if (first[0] === 0xff && first[1] === 0xfe) return 'utf-16le'
  if (first[0] === 0xfe && first[1] === 0xff) return 'utf-16be'
  const zeros = [0, 0]
  first.forEach((byte, i) => {
    if (byte === 0) zeros[i % 2]!++ // `!`: i % 2 is 0 or 1
  })
  const [even = 0, odd = 0] = zeros
  if (odd > first.length / 4 && even < odd / 4) return 'utf-16le'
  return even > first.length / 4 && odd < even / 4 ? 'utf-16be' : undefined
}
