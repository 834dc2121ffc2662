import { write as writeFile } from 'node:fs'
import { open } from 'node:fs/promises'

/** The file operations that can fail for want of room, replaceable in tests. */
export interface FilePort {
  /**
   * URL of a module whose `write(fd, bytes, offset, length, position)` the writer's thread calls in place of
   * `writeSync` of node:fs. It returns the bytes written, or throws, as `writeSync` does, and finds `writeData` in its
   * workerData.
   */
  writeModule?: string
  writeData?: unknown
  /** Write zeros ahead, one small piece. Rejects with ENOSPC when there is no room. */
  zero(fd: number, bytes: number, position: number): Promise<void>
}

/** Size of a piece zeroed ahead: small, so that a commit never waits behind more. */
export const PIECE_BYTES = 256 * 1024

const zeros = Buffer.alloc(PIECE_BYTES)

/** The real disk. */
export const disk: FilePort = {
  async zero(fd, bytes, position) {
    for (let written = 0; written < bytes; ) {
      const piece = Math.min(bytes - written, zeros.length)
      written += await new Promise<number>((resolve, reject) =>
        writeFile(fd, zeros, 0, piece, position + written, (error, n) => (error ? reject(error) : resolve(n))),
      )
    }
  },
}

/** Make the entries of a directory durable. */
export async function syncDirectory(dir: string): Promise<void> {
  const handle = await open(dir, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

export function isNoRoom(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOSPC' || error.code === 'EDQUOT')
}
