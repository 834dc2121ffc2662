import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { isIP } from 'node:net'
import { join } from 'node:path'

/** An X.509 certificate and its key, made here from bytes: P-256, good for an hour. */
export type Issued = { name: string; cert: string; key: string; privateKey: KeyObject }

/** A certificate for these host names and addresses, signed by an authority, or self-signed and then an authority. */
export function issue(name: string, hosts: readonly string[], by?: Issued): Issued {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const now = Date.now()
  const content = sequence(
    der(0xa0, integer(2)),
    integer(Math.floor(Math.random() * 2 ** 30) + 1),
    ecdsaWithSha256,
    nameOf(by?.name ?? name),
    sequence(time(now - 3_600_000), time(now + 3_600_000)),
    nameOf(name),
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, sequence(...(by ? [alternatives(hosts)] : [authority]))),
  )
  const signature = sign('sha256', content, by?.privateKey ?? privateKey)
  const bytes = sequence(content, ecdsaWithSha256, der(0x03, Buffer.concat([Buffer.of(0), signature])))
  const cert = `-----BEGIN CERTIFICATE-----\n${bytes.toString('base64')}\n-----END CERTIFICATE-----\n`
  return { name, cert, key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(), privateKey }
}

/** Writes `NAME.crt` and `NAME.key` into a directory: the paths as a configuration names them. */
export function written(dir: string, { name, cert, key }: Issued): { cert: string; key: string } {
  const paths = { cert: join(dir, `${name}.crt`), key: join(dir, `${name}.key`) }
  writeFileSync(paths.cert, cert)
  writeFileSync(paths.key, key)
  return paths
}

function der(tag: number, ...parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts)
  const { length } = content
  const size = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 255]
  return Buffer.concat([Buffer.from([tag, ...size]), content])
}

const sequence = (...parts: readonly Buffer[]) => der(0x30, ...parts)
const integer = (n: number) => {
  const bytes = Buffer.alloc(5)
  bytes.writeUInt32BE(n, 1)
  const first = bytes.findIndex((byte, i) => byte !== 0 || i === 4)
  return der(0x02, bytes.subarray(bytes[first]! > 127 ? first - 1 : first))
}
const oid = (hex: string) => der(0x06, Buffer.from(hex, 'hex'))
const time = (ms: number) => der(0x18, Buffer.from(new Date(ms).toISOString().replace(/[-:T]|\.\d+/g, '')))
const ecdsaWithSha256 = sequence(oid('2a8648ce3d040302'))
const nameOf = (name: string) => sequence(der(0x31, sequence(oid('550403'), der(0x0c, Buffer.from(name)))))
const authority = sequence(oid('551d13'), der(0x01, Buffer.of(255)), der(0x04, sequence(der(0x01, Buffer.of(255)))))
const alternatives = (hosts: readonly string[]) =>
  sequence(oid('551d11'), der(0x04, sequence(...hosts.map(alternative))))
const alternative = (host: string) =>
  isIP(host) === 4 ? der(0x87, Buffer.from(host.split('.').map(Number))) : der(0x82, Buffer.from(host))
