import { describe, expect, test } from 'vitest'
import { framed, readable } from '#test/dropcopy/vectors.ts'
import { client, feed, gateway, password, snapshot, start, target } from '#test/support/connector.ts'
import { dc4LoggedOn, dc4Target, innerOf } from '#test/support/dc4.ts'
import { type FixPeer, fieldOf, type Received, utc } from '#test/support/fix-peer.ts'
import { envelop, sourceFill } from '#test/support/source-flow.ts'

/** What may be wrong in the body of a fill without hiding whose it is. */
const oddities = [
  '58=|',
  '1234567890=x|',
  '95=9999|96=short|',
  '621=8|622=a|39=8|b|',
  '9000=8|9001=a|39=8|b|',
  'Venue=x|',
]

async function loggedOn(port: number): Promise<FixPeer> {
  const peer = await gateway(port)
  peer.logon()
  await peer.message('A')
  return peer
}

async function loggedOnClient(port: number): Promise<FixPeer> {
  const peer = await client(port)
  peer.logon(password())
  await peer.message('1')
  return peer
}

/** Sends a fill under the gateway's next number, and answers its body. `front`: right behind 35. */
function plainFill(gw: FixPeer, odd: string, { front = '', time = utc() } = {}): string {
  const number = gw.seqNum++
  const body = `1=ACCT0091|17=E${number}|39=2|150=2|31=7250|32=5|${odd}`
  gw.write(framed(`35=8|${front}34=${number}|49=GW1|56=DROPCOPY|52=${time}|${body}`))
  return `${front}${body}`
}

/** The source's body in a classic copy: what is its own between the service's tags and the party at the end. */
const classicBody = ({ text }: Received) =>
  /\|1181=\d+\|(?:1350=\d+\|)?(.*)453=1\|448=.*$/.exec(text)![1]!.replace('797=Y|', '')
/** The body of the message inside a copy. */
const dc4Body = (copy: Received) => /\|56=M3P882N\|(.*)10=\d{3}\|$/.exec(innerOf(copy))![1]!

const plain = () =>
  start(
    snapshot({
      feeds: [feed({ dialect: 'plain', source: 'M3P882' })],
      sources: [{ id: 'M3P882', feed: 'gw1', gateway: 'cgw' }],
      targets: [
        target({ sources: ['M3P882'] }),
        dc4Target({ sources: ['M3P882'], listen: [{ role: 'primary', host: '127.0.0.2', port: 0 }] }),
      ],
    }),
  )

describe('a fill that is wrong in a field which nobody uses', () => {
  test('is copied as it came, live and on resend, classic and in an envelope, and what follows does not wait for it', async () => {
    const connector = await plain()
    const classic = await loggedOnClient(connector.targetPort)
    const dc4 = await dc4LoggedOn(connector.port('127.0.0.2:0'), { host: '127.0.0.2' })
    const gw = await loggedOn(connector.feedPort)
    const sent = ['', ...oddities].flatMap((odd) => [plainFill(gw, odd), plainFill(gw, '')])
    sent.push(plainFill(gw, '', { front: '20001=x|' }), plainFill(gw, '', { time: '20240304-13:00:00.123456789012' }))
    const live = await classic.until('the copies', () => classic.of('8').length === sent.length && classic.of('8'))
    const inside = await dc4.until('the copies', () => dc4.of('n').length === sent.length && dc4.of('n'))
    expect(live.map(classicBody)).toEqual(sent)
    expect(inside.map(dc4Body)).toEqual(sent)
    for (const peer of [classic, dc4])
      peer.send('2', [
        [7, 1],
        [16, 0],
      ])
    await classic.until('them again', () => classic.of('8').length === 2 * sent.length)
    await dc4.until('them again', () => dc4.of('n').length === 2 * sent.length)
    expect(classic.of('8').slice(sent.length).map(classicBody)).toEqual(sent)
    expect(dc4.of('n').slice(sent.length).map(innerOf)).toEqual(inside.map(innerOf))
    expect(gw.of('3')).toEqual([])
    expect(connector.worker.feeds.get('gw1')!.state).toMatchObject({ aside: 0, loss: [], asides: [] })
  })

  test('is the second of three on an encapsulated feed as well', async () => {
    const connector = await start(snapshot())
    const peer = await loggedOnClient(connector.targetPort)
    const gw = await loggedOn(connector.feedPort)
    envelop(gw, sourceFill('K7T882', 1))
    envelop(gw, sourceFill('K7T882', 2, [[58, '']]))
    envelop(gw, sourceFill('K7T882', 3))
    const copies = await peer.until('three copies', () => peer.of('8').length === 3 && peer.of('8'))
    expect(copies.map((copy) => [fieldOf(copy, 1181), fieldOf(copy, 58)])).toEqual([
      ['1', undefined],
      ['2', ''],
      ['3', undefined],
    ])
  })
})

describe('a source message that cannot be told apart from others', () => {
  test('is kept aside, its feed needs somebody, and sent again corrected it is delivered', async () => {
    const connector = await start(snapshot())
    const peer = await loggedOnClient(connector.targetPort)
    const gw = await loggedOn(connector.feedPort)
    const good = sourceFill('K7T882', 2)
    const inside = readable(good).replace(/^8=FIX\.4\.2\|9=\d+\||10=\d{3}\|$/g, '')
    envelop(gw, sourceFill('K7T882', 1))
    envelop(gw, framed(inside.replace(/\|52=[^|]*/, '|52=noon')))
    envelop(gw, sourceFill('K7T882', 3))
    await peer.until('two copies', () => peer.of('8').length === 2)
    expect(connector.worker.alarms.all.map(({ code, id, says }) => [code, id, says])).toEqual([
      [
        'unusable',
        'gw1',
        'nobody gets messages of K7T882 (no time in 52). Have the gateway send them again, corrected, under new numbers.',
      ],
    ])
    envelop(gw, good)
    await peer.until('the third copy', () => peer.of('8').length === 3)
    expect(peer.of('8').map((copy) => [fieldOf(copy, 1181), fieldOf(copy, 1352)])).toEqual([
      ['1', undefined],
      ['3', undefined],
      ['2', 'Y'],
    ])
  })
})
