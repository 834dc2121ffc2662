import { createHmac } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { encode } from '#fix/encode.ts'
import { hmacCredentials } from '#fix/hmac-logon.ts'
import type { SessionConfig } from '#fix/session-state.ts'
import { acceptor, initiator, PretendDriver, startMs } from './pretend-driver.ts'
import { decoded, encodable, example, wire } from './samples.ts'

const key = Buffer.from('AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8', 'base64url')
const sign = (text: string) => createHmac('sha256', key).update(text).digest('base64url')
const signature = 'fCiAepzdDnu-Dx4CWPbDMnLHkJd91mrPD0GJAF2wA14'
const text = 'P4TGT1N|RISK01|20240304-13:00:00.000|G|30|US,IL|0|DCSIM|1.0|EXAMPLE'.split('|')

const client = (): SessionConfig =>
  initiator('cme', {
    identity: {
      layout: 'client',
      senderCompId: 'P4TGT1N',
      senderSubId: 'RISK01',
      senderLocationId: 'US,IL',
      targetCompId: 'CME',
      targetSubId: 'G',
    },
    credentials: { kind: 'hmac', accessKeyId: 'EXAMPLEACCESSKEY0001', sign },
    app: { name: 'DCSIM', version: '1.0', vendor: 'EXAMPLE' },
  })

const server = (policy: Parameters<typeof acceptor>[0] = 'cme'): PretendDriver => {
  const identity = { layout: 'dc4-server', senderCompId: 'CME', senderSubId: 'G', targetCompId: 'P4TGT1N' } as const
  const driver = new PretendDriver(acceptor(policy, { identity }))
  driver.do({ type: 'connected' })
  return driver
}

describe('a signed Logon', () => {
  test('is D4 of the specification, byte for byte', () => {
    const driver = new PretendDriver(client())
    expect(driver.sent(driver.do({ type: 'connected' }))).toEqual([example('D4')])
  })

  test('is signed over eleven values, and the vector of the specification comes out', () => {
    const message = decoded(wire(example('D4')))
    expect(sign(['1', ...text].join('\n'))).toBe(signature)
    expect(hmacCredentials(message)).toEqual({
      kind: 'hmac',
      accessKeyId: 'EXAMPLEACCESSKEY0001',
      signature,
      text: ['1', ...text].join('\n'),
    })
  })

  test('without one of the signed tags, or with another method, proves nothing', () => {
    for (const tag of [34, 49, 50, 52, 57, 108, 142, 369, 1603, 1604, 1605, 355, 1400, 1402]) {
      const fields = encodable(decoded(wire(example('D4')))).filter(([one]) => one !== tag)
      expect(hmacCredentials(decoded(encode(fields))), `without ${tag}`).toEqual({ kind: 'none' })
    }
    const other = encodable(decoded(wire(example('D4')))).map(
      ([tag, value]) => [tag, tag === 1400 ? 'X' : value] as const,
    )
    expect(hmacCredentials(decoded(encode(other)))).toEqual({ kind: 'none' })
  })

  test('is answered without 98, its application named again', () => {
    const driver = server()
    const [answer] = driver.sent(driver.receive(wire(example('D4'))))
    expect(answer).toMatch(/\|57=RISK01\|143=US,IL\|108=30\|141=N\|1603=DCSIM\|1604=1.0\|1605=EXAMPLE\|10=\d{3}\|$/)
    expect(answer).toMatch(/^8=FIX.4.2\|9=\d+\|35=A\|34=1\|369=0\|52=20240304-13:00:00.000\|49=CME\|50=G\|56=P4TGT1N\|/)
  })

  test.each([
    [5_000, 'A'],
    [-5_000, 'A'],
    [5_001, '5'],
    [-5_001, '5'],
  ])('that is %d ms old is answered with a 35=%s', (ageMs, type) => {
    const driver = server()
    driver.nowMs = startMs + ageMs
    const [answer] = driver.sent(driver.receive(wire(example('D4'))))
    expect(answer).toContain(`|35=${type}|`)
    if (type === '5') expect(answer).toContain('|789=1|58=SendingTime (52) accuracy problem. Logout forced.|')
  })

  test.each([
    [8_000, [0], '5'],
    [8_000, [0, -8_000], 'A'],
    [-8_000, [0, 8_000], 'A'],
    [3_600_000, [0, -3_594_000, -1], '5'],
    [3_600_000, [0, -3_595_000, -1], 'A'],
  ])('that is %d ms old by the wall clock, measured by clocks %j, is answered with a 35=%s', (ageMs, clocks, type) => {
    const driver = server()
    driver.nowMs = startMs + ageMs
    driver.clocks = clocks
    expect(driver.sent(driver.receive(wire(example('D4'))))[0]).toContain(`|35=${type}|`)
  })

  test('may be as old as the policy says', () => {
    const driver = server({ preset: 'cme', sendingTimeS: 60 })
    driver.nowMs = startMs + 60_000
    expect(driver.sent(driver.receive(wire(example('D4'))))[0]).toContain('|35=A|')
  })
})
