import type { Fact } from '#app/components/page.tsx'

/**
 * What a Logon(A) holds beside the names, as the rules of engagement say it: with
 * a password, or signed with an access key.
 */
export const logonFacts = (protocol: string): Fact[] => (protocol === 'dc4' ? signed : withPassword)

const both: Fact[] = [
  { term: 'HeartBtInt (108)', value: 'seconds, 5 to 60' },
  { term: 'ResetSeqNumFlag (141)', value: 'N, or none' },
]

const withPassword: Fact[] = [
  { term: 'EncryptMethod (98)', value: '0' },
  ...both,
  { term: 'RawDataLength (95), RawData (96)', value: 'the length of the password, and the password' },
]

const signed: Fact[] = [
  { term: 'LastMsgSeqNumProcessed (369)', value: 'our last number that you processed; 0 for none' },
  ...both,
  { term: '1603, 1604, 1605', value: 'your system: its name, version and vendor' },
  { term: '354, 355', value: 'the length of the access key, and the access key' },
  { term: '1400', value: 'CME-1-SHA-256' },
  { term: '1401, 1402', value: '43, and the signature' },
]
