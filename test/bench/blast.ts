/**
 * Strangers at a connector's door: tsx test/bench/blast.ts JSON, with {"port", "kind", "addresses"}. Each address sends
 * the same over and over, on a new connection when the last one was closed, until the program is ended. A process of
 * its own, so that its work does not count as the product's.
 */
import { connect, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Blast, BlastOrder } from './hostile.ts'
import { frame, sendingTime } from './report-frames.ts'

/** More connections than the connector allows one address at once. */
const slowPerAddress = 25
const pauseMs = 20

const unknownLogon = () => frame(`35=A|34=1|49=NOBODYN|52=${sendingTime()}|56=CME|98=0|108=30|`)
const many = (bytes: Buffer) => Buffer.concat(Array.from({ length: Math.ceil(65_536 / bytes.length) }, () => bytes))
const contents: Record<Blast, () => Buffer> = {
  garbage: () => many(Buffer.from('8=FIX')),
  'bad checksums': () =>
    many(
      Buffer.from(
        unknownLogon()
          .toString('latin1')
          .replace(/10=\d\d\d/, '10=999'),
        'latin1',
      ),
    ),
  'unknown Logons': () => many(Buffer.from(unknownLogon())),
  'slow frames': () => Buffer.from(`8=FIX.4.2\x019=4000\x0135=A\x01${'x'.repeat(3900)}`),
  'half-open connections': () => Buffer.alloc(0),
}

async function flood(socket: Socket, bytes: Buffer): Promise<void> {
  while (!socket.destroyed) if (!socket.write(bytes)) await moved(socket)
}

async function drip(socket: Socket, bytes: Buffer): Promise<void> {
  for (let at = 0; !socket.destroyed; at++) {
    if (bytes.length > 0) socket.write(bytes.subarray(at % bytes.length, (at % bytes.length) + 1))
    await sleep(pauseMs)
  }
}

const moved = (socket: Socket) =>
  new Promise<void>((resolve) => {
    const done = () => {
      socket.off('drain', done).off('close', done)
      resolve()
    }
    socket.on('drain', done).on('close', done)
  })

const isSlow = ({ kind }: BlastOrder) => kind === 'slow frames' || kind === 'half-open connections'

async function connections(order: BlastOrder, localAddress: string): Promise<never> {
  const bytes = contents[order.kind]()
  for (;;) {
    const socket = connect({ port: order.port, host: '127.0.0.1', localAddress, noDelay: true })
    socket.on('error', () => socket.destroy()).resume()
    await new Promise<void>((resolve) => {
      socket.once('connect', resolve).once('close', resolve)
    })
    await (isSlow(order) ? drip(socket, bytes) : flood(socket, bytes))
    await sleep(1)
  }
}

const order: BlastOrder = JSON.parse(process.argv[2] ?? '')
const each = isSlow(order) ? slowPerAddress : 1
for (const address of order.addresses) for (let i = 0; i < each; i++) void connections(order, address)
process.stdout.write('{"event":"ready"}\n')
