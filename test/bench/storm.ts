import { once } from 'node:events'
import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { frame, sendingTime } from './report-frames.ts'
import type { TargetEnd } from './sink.ts'

/** Clients that log on and leave as soon as they are answered, so many a second over all targets. */
export async function storm(
  targets: TargetEnd[],
  perSecond: number,
  seconds: number,
): Promise<{ logons: number; refused: number }> {
  const clients = targets.map((end) => ({ end, number: end.number ?? 1, busy: Promise.resolve() }))
  const fromMs = performance.now()
  let [logons, refused] = [0, 0]
  const logOn = async (client: (typeof clients)[number]) => {
    const isAnswered = await logOnOnce(client.end, client.number)
    if (isAnswered) client.number++
    isAnswered ? logons++ : refused++
  }
  for (let i = 0; i < perSecond * seconds; i++) {
    await sleep(fromMs + (i * 1000) / perSecond - performance.now())
    const client = clients[i % clients.length]! // the clients take turns
    client.busy = client.busy.then(() => logOn(client))
  }
  await Promise.all(clients.map(({ busy }) => busy))
  return { logons, refused }
}

/** Whether the client was let in. */
async function logOnOnce({ port, senderCompId, targetCompId }: TargetEnd, number: number): Promise<boolean> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true })
  socket.on('error', () => socket.destroy())
  socket.write(frame(`35=A|34=${number}|49=${senderCompId}|52=${sendingTime()}|56=${targetCompId}|98=0|108=3600|`))
  const isAnswered = await Promise.race([
    once(socket, 'data').then(() => true),
    once(socket, 'close').then(() => false),
  ])
  socket.destroy()
  return isAnswered
}
