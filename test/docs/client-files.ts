import { dictionaryXml } from '#domain/client-files/dictionary.ts'
import { dictionaryName, initiatorConfiguration } from '#domain/client-files/initiator.ts'

/** The target of docs/examples/classic.json. */
const end: Parameters<typeof initiatorConfiguration>[0] = {
  senderCompId: 'ODQ1Z9N',
  exchange: { compId: 'CME', subId: 'G' },
  protocol: 'classic',
  listen: [
    { role: 'primary', host: '127.0.0.1', port: 9901, tls: undefined },
    { role: 'backup', host: '127.0.0.1', port: 9902, tls: undefined },
  ],
  inForce: 'primary',
  week: { zone: 'America/Chicago', day: 'sunday', time: '16:00' },
}
const withTls = end.listen.map((one) => ({ ...one, host: 'drop-copy.example', tls: { asksForCertificate: true } }))

/** What docs/examples/quickfix holds beside its notes, by name: made from the tables that the portal fills in, too. */
export const exampleFiles: Record<string, string> = {
  [dictionaryName]: dictionaryXml(),
  'initiator.cfg': initiatorConfiguration(end),
  'initiator-tls.cfg': initiatorConfiguration({ ...end, listen: withTls }),
}
