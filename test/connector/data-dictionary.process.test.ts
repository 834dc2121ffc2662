import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { sealFrame } from '#fix/checksum.ts'
import { client, feed, gateway, password, snapshot, start, target } from '#test/support/connector.ts'
import { dc4LoggedOn, dc4Target, signedLogon } from '#test/support/dc4.ts'
import { DictionaryChecker } from '#test/support/dictionary-checker.ts'
import { type Fields, type FixPeer, fieldOf, frame, type Received, utc } from '#test/support/fix-peer.ts'
import { jspurefixChecker } from '#test/support/jspurefix-checker.ts'
import { envelop, fillBody, sourceFill } from '#test/support/source-flow.ts'

const path = fileURLToPath(new URL('../../docs/examples/quickfix/drop-copy-FIX42.xml', import.meta.url))
const own = new DictionaryChecker(readFileSync(path, 'utf8'))
let theirs: (frame: Buffer) => string[]
beforeAll(async () => {
  theirs = await jspurefixChecker(path)
})

const parties: Fields = [
  [453, 2],
  [448, 'ABC'],
  [447, 'D'],
  [452, 1],
  [802, 1],
  [523, 'desk'],
  [803, 4],
  [448, 'DEF'],
  [447, 'D'],
  [452, 4],
]
const legs: Fields = [
  [555, 2],
  [600, 'CLM4'],
  [539, 1],
  [524, 'XYZ'],
  [525, 'D'],
  [538, 1],
  [654, 'L1'],
  [600, 'CLN4'],
  [654, 'L2'],
]
const encoded: Fields = [
  [354, 3],
  [355, 'abc'],
  [348, 2],
  [349, 'de'],
]
const header: Fields = [
  [115, 'FIRM'],
  [116, 'DESK'],
  [128, 'CLIENT'],
  [129, 'TRADER'],
  [144, 'LONDON'],
  [145, 'PARIS'],
  [347, 'UTF-8'],
  [370, '20240304-12:59:59.000'],
  [627, 2],
  [628, 'HUB'],
  [629, '20240304-12:59:59.000'],
  [630, 4],
  [628, 'HUB2'],
  [630, 9],
]
const copyTags: Fields = [
  [1180, 'AAA'],
  [1181, 99],
  [1350, 98],
  [1352, 'Y'],
  [797, 'Y'],
]
const massAction: Fields = [
  [11, 'MA000009'],
  [60, '20240304-13:10:00.000'],
  [533, 2],
  [534, 2],
  [41, 'A'],
  [84, 1],
  [535, 7],
  [41, 'B'],
  [84, 2],
  [535, 8],
  [893, 'Y'],
  [1028, 'Y'],
  [1300, 84],
  [1369, '90001:99'],
  [1373, 3],
  [1374, 9],
  [1375, 1],
  [5979, '1709557800000123456'],
]
const cancelReject: Fields = [
  [1, 'ACCT0091'],
  [11, 'CL000001'],
  [37, '700000001'],
  [39, 'U'],
  [41, 'CL000000'],
  [58, 'too late'],
  [102, 1],
  [434, 1],
  [9717, 'CL000001'],
]

/** A source message of any type; `front` belongs to its header. */
const message = (type: string, number: number, body: Fields, front: Fields = [], time = utc()): Buffer =>
  frame([
    [35, type],
    [34, number],
    [369, number - 1],
    [52, time],
    [49, 'CME'],
    [50, 'G'],
    [56, 'K7T882N'],
    [57, 'TRDR22'],
    [143, 'US,IL'],
    ...front,
    ...body,
  ])

/**
 * Every kind of message that is copied, and each with whatever makes a copy difficult: 14 of them, with odd numbers.
 */
const sourceMessages: Buffer[] = [
  sourceFill('K7T882', 1),
  sourceFill('K7T882', 3, parties),
  sourceFill('K7T882', 5, legs),
  sourceFill('K7T882', 7, encoded),
  message('8', 9, fillBody(9), header),
  sourceFill('K7T882', 11, copyTags),
  sourceFill('K7T882', 13, [...parties, ...legs, ...encoded, ...copyTags]),
  message('8', 15, [...fillBody(15), ...parties, ...legs, ...encoded], header),
  message('8', 17, [...fillBody(17), [93, 4], [89, 'abcd']]),
  message('8', 19, [[20001, 'x'], ...fillBody(19), ...header]),
  message('BZ', 21, massAction),
  message('BZ', 23, [...massAction, ...parties], header),
  message('9', 25, cancelReject),
  message('9', 27, [...cancelReject, ...parties], header),
]

async function sources(port: number): Promise<FixPeer> {
  const peer = await gateway(port)
  onTestFinished(() => peer.destroy())
  peer.logon()
  await peer.message('A')
  for (const one of sourceMessages) envelop(peer, one)
  return peer
}

/** Resend Requests and rejections of every kind, in either direction. */
async function provoke(peer: FixPeer): Promise<void> {
  peer.send('1', [[112, 'ARE YOU THERE']])
  peer.send('2', [
    [7, 0],
    [16, 0],
  ])
  peer.send('0', [[112, '']])
  peer.send('D', [[11, 'AN ORDER']])
  await peer.message('j')
  peer.send('2', [
    [7, 1],
    [16, 0],
  ])
  await peer.until('a gap fill', () => peer.of('4').length > 0)
  peer.seqNum += 2
  peer.send('0')
  await peer.until('our Resend Request', () => peer.of('2').length > 0)
}

const bytesOf = ({ text }: Received) => Buffer.from(text.replaceAll('|', '\x01'), 'latin1')

/**
 * What the foreign engine can read. It ends data where a delimiter stands in it, so it is shown an envelope with other
 * bytes for them; and it takes no field that is not in the dictionary, so it is shown none of the sender's own.
 */
function readable(message: Received): Buffer {
  if (message.text.includes('|20001=x|'))
    return readable({ ...message, text: message.text.replace('|20001=x|', '|58=own|') })
  if (message.type !== 'n') return sealed(bytesOf(message))
  const text = message.text.replace(/<RTRF>.*<\/RTRF>/, (data) => data.replaceAll('|', '^'))
  return sealed(bytesOf({ ...message, text }))
}

function sealed(frame: Buffer): Buffer {
  sealFrame(frame)
  return frame
}

function expectKnown(messages: readonly Received[], types: readonly string[]): void {
  expect([...new Set(messages.map(({ type }) => type))].sort()).toEqual([...types].sort())
  const wrong = messages.flatMap((one) => {
    const found = [...own.problems(bytesOf(one)), ...theirs(readable(one))]
    return found.length > 0 ? [`${one.text}: ${found.join('; ')}`] : []
  })
  expect(wrong).toEqual([])
}

const filters = { rejects: true }
const isAgain = (one: Received) => fieldOf(one, 43) === 'Y'

describe('everything that a target sends is in the dictionary that clients are given, and in its order', () => {
  test('on a classic target', async () => {
    const connector = await start(snapshot({ targets: [target({ filters })] }))
    const stranger = await client(connector.targetPort)
    stranger.logon(password('wrong'))
    await stranger.closed()
    const gw = await sources(connector.feedPort)
    const peer = await client(connector.targetPort)
    peer.seqNum = 2
    peer.logon(password())
    const copies = () => [...peer.of('8'), ...peer.of('9'), ...peer.of('BZ')]
    await peer.until('the copies', () => copies().length === sourceMessages.length)
    envelop(gw, message('8', 2, [...fillBody(2), ...parties], [], '20240304-12:00:00.000'))
    await peer.until('one out of its order', () => copies().length === sourceMessages.length + 1)
    await provoke(peer)
    const wish: Fields = [
      [1355, 'K7T'],
      [1182, 1],
      [1183, 0],
    ]
    peer.send('BW', [[1346, 'R1'], [1347, 0], [1351, 2], ...wish, [1355, 'ZZZ'], [1182, 1], [1183, 0]])
    await peer.message('BY')
    peer.send('BW', [
      [1346, 'R2'],
      [1347, 2],
      [1351, 1],
      [1355, 'K7T'],
    ])
    peer.send('BW', [
      [1346, 'R3'],
      [1347, 3],
    ])
    await peer.message('BX', 3)
    peer.send('5')
    await peer.closed()
    expect(copies().filter(isAgain)).toHaveLength(sourceMessages.length + 1)
    // the late one twice, and all by application
    expect(copies().filter((one) => fieldOf(one, 1352) === 'Y')).toHaveLength(2 + sourceMessages.length + 1)
    const session = ['0', '1', '2', '3', '4', '5', 'A', 'j']
    expectKnown([...stranger.received, ...peer.received], [...session, '8', '9', 'BZ', 'BX', 'BY'])
  })

  test('on a Drop Copy 4.0 target', async () => {
    const plain = feed({ id: 'gw2', dialect: 'plain', source: 'M3P882', theirCompId: 'GW2' })
    const list = ['K7T882', 'M3P882'].map((id, i) => ({ id, feed: `gw${i + 1}`, gateway: 'cgw' as const }))
    const connector = await start(
      snapshot({ feeds: [feed(), plain], sources: list, targets: [dc4Target({ filters })] }),
    )
    await sources(connector.feedPort)
    const second = await gateway(connector.feedPort, { sender: 'GW2' })
    onTestFinished(() => second.destroy())
    second.logon()
    await second.message('A')
    second.send('8', [...header, ...fillBody(2), ...parties, ...legs])
    second.send('8', [[97, 'Y'], ...header, ...fillBody(3), ...parties])
    const backup = await client(connector.port('127.0.0.2:0'), { sessionId: 'P4TGT1', host: '127.0.0.2' })
    signedLogon(backup)
    await backup.closed()
    const peer = await dc4LoggedOn(connector.targetPort, { seqNum: backup.seqNum })
    peer.send('2', [
      [7, 1],
      [16, 0],
    ])
    const numbers = () => new Set(peer.of('n').map((one) => one.seqNum)).size
    await peer.until('the copies', () => numbers() === sourceMessages.length + 2 && peer.of('n').some(isAgain))
    await provoke(peer)
    second.send('8', [...fillBody(4), ...parties])
    await peer.until('one of now', () => numbers() === sourceMessages.length + 3)
    peer.send('5')
    await peer.closed()
    expect(peer.of('n').filter((one) => fieldOf(one, 97) === 'Y').length).toBeGreaterThan(0)
    expectKnown([...backup.received, ...peer.received], ['0', '1', '2', '3', '4', '5', 'A', 'j', 'n'])
  })
})
