/** What a connection uses of a TCP socket. Nothing behind the acceptor uses more, so a test can replace the network. */
export type Transport = {
  readonly remoteAddress?: string | undefined
  readonly localPort?: number | undefined
  readonly remotePort?: number | undefined
  on(event: 'data', listener: (chunk: Buffer) => void): unknown
  /** `close` comes once, last, and also after an `error`. */
  on(event: 'error' | 'close', listener: () => void): unknown
  /** No `data` comes until `resume`. */
  pause(): unknown
  resume(): unknown
  setNoDelay(): unknown
  /** What is written between the two leaves together. */
  cork(): void
  uncork(): void
  /** `onTaken`: the bytes have left, or never will; their memory may be used again. */
  write(bytes: Uint8Array, onTaken: () => void): unknown
  /** Closes our half behind what was written. */
  end(): unknown
  /** Closes without a byte more. */
  destroy(): unknown
}

/** Identifies a connection of one address: the same for a socket and for the TLS on it. */
export const portsOf = ({ localPort, remotePort }: Transport): string => `${localPort} ${remotePort}`
