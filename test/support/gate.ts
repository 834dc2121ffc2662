import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/** A gate in front of a TCP server: when shut, it cuts every connection and lets none through, like a killed server. */
export interface Gate {
  port: number
  shut(): void
  open(): void
  close(): Promise<void>
}

export async function startGate(host: string, port: number): Promise<Gate> {
  let isOpen = true
  const sockets = new Set<Socket>()
  const server = createServer((from) => {
    if (!isOpen) return void from.destroy()
    const to = connect(port, host)
    for (const [one, other] of [
      [from, to],
      [to, from],
    ] as const) {
      sockets.add(one)
      one.pipe(other)
      one.on('error', () => other.destroy())
      one.on('close', () => {
        sockets.delete(one)
        other.destroy()
      })
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const cut = () => {
    for (const socket of sockets) socket.destroy()
  }
  return {
    port: (server.address() as AddressInfo).port, // listening on TCP
    shut: () => {
      isOpen = false
      cut()
    },
    open: () => {
      isOpen = true
    },
    close: async () => {
      const closed = new Promise((resolve) => server.close(resolve))
      cut()
      await closed
    },
  }
}
