import { type AddressInfo, createServer, type Server } from 'node:net'

/** A port of ours is taken; the message is what the person at the terminal reads. */
export class PortTaken extends Error {}

/**
 * Make sure a port can be listened on before anything depends on it.
 * @param patienceMs how long to wait for the port's present owner to leave
 * @throws PortTaken naming the port, its variable and a free one
 */
export async function requireFreePort(host: string, port: number, variable: string, patienceMs = 0): Promise<void> {
  const until = Date.now() + patienceMs
  for (;;) {
    const server = createServer()
    try {
      await listen(server, host, port)
      await new Promise((resolve) => server.close(resolve))
      return
    } catch (error) {
      if (Date.now() >= until) throw await portTaken(error, host, port, variable)
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
  }
}

/** Turn a listener's error into the sentence when the error is about the port; return any other error unchanged. */
export async function portTaken(error: unknown, host: string, port: number, variable: string): Promise<unknown> {
  const code = (error as NodeJS.ErrnoException).code // Node's system errors carry one
  if (code === 'EACCES') return new PortTaken(`Port ${port} (${variable}) may not be opened by this user.`)
  if (code === 'EADDRNOTAVAIL') return new PortTaken(`HOST: ${host} is not an address of this machine.`)
  if (code !== 'EADDRINUSE') return error
  return new PortTaken(`Port ${port} (${variable}) is taken by another program; ${await freePort(host)} is free.`)
}

async function freePort(host: string): Promise<number> {
  const server = createServer()
  await listen(server, host, 0)
  const { port } = server.address() as AddressInfo // listening on TCP
  await new Promise((resolve) => server.close(resolve))
  return port
}

const listen = (server: Server, host: string, port: number) =>
  new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, resolve)
  })
