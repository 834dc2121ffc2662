import { expect, test } from 'vitest'
import { publishedSettings } from '#domain/reference/settings.ts'

const settings = {
  exchange: { compId: 'CME', subId: 'G' },
  listen: [{ role: 'primary', host: 'copies.exchange.example', port: 9901 }],
}
const refused = (changed: object) => publishedSettings.safeParse({ ...settings, ...changed }).error?.issues[0]?.message

test('an address or a CompID that can stand in no session and no client’s file is refused where it is written down', () => {
  expect(publishedSettings.safeParse(settings).success).toBe(true)
  const host = 'copies\n[SESSION]'
  expect(refused({ listen: [{ ...settings.listen[0], host }] })).toBe('must be a host name or an address')
  expect(refused({ exchange: { compId: 'CM\u0001E', subId: 'G' } })).toMatch(/^must be 1 to 32 printable characters/)
  expect(refused({ exchange: { compId: 'CME', subId: '' } })).toMatch(/^must be 1 to 32 printable characters/)
})
