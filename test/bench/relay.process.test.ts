import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, onTestFinished, test } from 'vitest'
import { temporaryDirectory } from '#test/journal/support.ts'

const soh = (text: string) => text.replaceAll('|', '\x01')

/** A whole frame around these fields, lengths and checksum right. */
function frame(fields: string): string {
  const text = soh(`8=FIX.4.2|9=${fields.length}|${fields}`)
  const sum = [...Buffer.from(text)].reduce((total, byte) => total + byte, 0) % 256
  return `${text}10=${String(sum).padStart(3, '0')}\x01`
}

const report = (number: number) =>
  frame(`35=8|34=${number}|49=ALD7|50=K7T|56=882|57=X|52=20260105-14:00:00.000|37=${number}|58=8=FIX in text|`)

describe('the bare relay', () => {
  test('gives every target its own numbers over the bodies as they came, after they are in the file', async () => {
    const data = temporaryDirectory()
    const relay = fileURLToPath(new URL('./relay.ts', import.meta.url))
    const options = { data, durability: 'fsync', sources: 1, groups: [[0], [0]] }
    const child = spawn(process.execPath, ['--import', 'tsx', relay, JSON.stringify(options)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    onTestFinished(() => void child.kill('SIGKILL'))
    const [line] = await once(child.stdout, 'data')
    const ports = JSON.parse(String(line)) as { feeds: number[]; targets: number[] }
    const received = ['', '']
    const sinks = ports.targets.map((port, i) => {
      const socket = connect(port, '127.0.0.1')
      socket.on('data', (chunk) => {
        received[i] += chunk.toString('latin1')
      })
      socket.write(frame('35=A|34=1|49=SINK|56=RELAY|52=20260105-14:00:00.000|98=0|108=30|'))
      return socket
    })
    await expect.poll(() => received.every((text) => text.includes('\x0135=A\x01'))).toBe(true)
    const feed = connect(ports.feeds[0]!, '127.0.0.1')
    const sent = Array.from({ length: 500 }, (_, i) => report(i + 1)).join('')
    feed.write(sent.slice(0, 1_001))
    feed.write(sent.slice(1_001))
    for (const i of [0, 1]) {
      await expect.poll(() => received[i]!.split('\x0137=').length).toBe(501)
      const frames = received[i]!.replaceAll('\x01', '|')
        .split(/(?<=\|10=\d{3}\|)/)
        .slice(1)
      expect(frames).toHaveLength(500)
      for (const [n, text] of frames.entries()) {
        const [, fields] = /^8=FIX\.4\.2\|9=\d+\|(.*)10=\d{3}\|$/.exec(text)!
        expect(soh(text)).toBe(frame(fields!))
        expect(fields).toContain(`|34=${n + 2}|49=RELAY|56=SINK|`)
        expect(fields).toContain(`|37=${n + 1}|58=8=FIX in text|`)
      }
    }
    expect(readFileSync(join(data, 'relay.log'), 'latin1')).toBe(sent)
    for (const socket of [...sinks, feed]) socket.destroy()
  })
})
