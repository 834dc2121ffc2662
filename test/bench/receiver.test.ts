import { PassThrough } from 'node:stream'
import { describe, expect, test } from 'vitest'
import { Receiver } from './receiver.ts'
import { frame } from './report-frames.ts'
import type { SinkReport } from './sink.ts'

const copy = (number: number, source: number) => frame(`35=8|34=${number}|1180=S00|1181=${source}|37=1|`)
const possDup = (number: number, source: number) => frame(`35=8|34=${number}|43=Y|1180=S00|1181=${source}|37=1|`)
const byApplication = (number: number, source: number) =>
  frame(`35=8|34=${number}|1180=S00|1181=${source}|1352=Y|37=1|`)

describe('the receiver of the bench', () => {
  test('asks for everything once more, both ways, and tells what is sent again from what is live', async () => {
    const socket = new PassThrough()
    const said: string[] = []
    let report: SinkReport | undefined
    const again = { after: 2, by: ['fix' as const, 'application' as const], history: 0 }
    const order = { targets: [], copies: 4, latency: false, warmUp: 0, again }
    const receiver = new Receiver(order, (one) => {
      report = one
    })
    receiver.read(socket, (type, body) => said.push(`35=${type}|${body}`))
    const first = Buffer.concat([copy(2, 2), copy(3, 3)])
    socket.write(first.subarray(0, 70))
    socket.write(first.subarray(70))
    await expect.poll(() => said).toEqual(['35=2|7=2|16=3|'])
    socket.write(Buffer.concat([possDup(2, 2), copy(4, 4), possDup(3, 3), copy(5, 5)]))
    await expect.poll(() => said[1]).toBe('35=BW|1346=2|1347=0|1351=1|1355=S00|1182=2|1183=5|')
    for (const source of [2, 3, 4, 5]) socket.write(byApplication(4 + source, source))
    await expect.poll(() => report?.copies).toBe(4)
    expect(report?.again.map(({ by, copies }) => [by, copies])).toEqual([
      ['fix', 2],
      ['application', 4],
    ])
  })

  test('fails on a refusal', () => {
    const socket = new PassThrough()
    const receiver = new Receiver({ targets: [], copies: 1, latency: false, warmUp: 0 }, () => undefined)
    receiver.read(socket, () => undefined)
    expect(() => socket.emit('data', frame('35=3|34=2|45=1|58=no|'))).toThrow('58=no')
  })
})
