import { type Fields, type FixPeer, frame, utc } from './fix-peer.ts'

/** A complete fill of a source session, as an order-entry gateway sends it. */
export function sourceFill(sourceId: string, number: number, more: Fields = [], subId = 'G'): Buffer {
  return frame([
    [35, '8'],
    [34, number],
    [369, number - 1],
    [52, utc()],
    [49, 'CME'],
    [50, subId],
    [56, `${sourceId}N`],
    [57, 'TRDR22'],
    [143, 'US,IL'],
    ...fillBody(number),
    ...more,
  ])
}

export const fillBody = (number: number): Fields => [
  [1, 'ACCT0091'],
  [6, 0],
  [11, `CL${String(number).padStart(6, '0')}`],
  [14, 5],
  [17, `90001:${number}TN0000071`],
  [20, 0],
  [31, 7250],
  [32, 5],
  [37, '700000001'],
  [39, 2],
  [40, 2],
  [41, 0],
  [48, 99001],
  [54, 1],
  [55, 'CL'],
  [60, utc()],
  [107, 'CLM4'],
  [150, 2],
  [1057, 'Y'],
  [9717, `CL${String(number).padStart(6, '0')}`],
]

/** Hands a source message over in an envelope. */
export function envelop(peer: FixPeer, inner: Buffer): void {
  const payload = `<RTRF>${inner.toString('latin1')}</RTRF>`
  peer.send('n', [
    [212, payload.length],
    [213, payload],
  ])
}
