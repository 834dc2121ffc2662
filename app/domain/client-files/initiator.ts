import type { WeekRule } from '../calendar/week.ts'
import { type AddressRole, otherRole } from '../session/fail-over.ts'

/** TLS as a client needs to know it. */
type TlsEnd = { asksForCertificate: boolean }

/** What a client has to be told of a target. Nothing of it is secret. */
type ClientEnd = {
  senderCompId: string
  exchange: { compId: string; subId: string }
  protocol: string
  listen: readonly { role: AddressRole; host: string; port: number; tls: TlsEnd | undefined }[]
  /** The address that lets clients in, where only one of the two does. */
  inForce: AddressRole
  week: WeekRule
}

export const dictionaryName = 'drop-copy-FIX42.xml'
const days = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday']

/**
 * The settings file of a client of this target, as QuickFIX, QuickFIX/J and QuickFIX/n read it; each ignores the
 * settings of the others. docs/examples/quickfix/README.md explains each setting.
 */
export function initiatorConfiguration(end: ClientEnd): string {
  const { senderCompId, exchange, protocol, listen, inForce, week } = end
  const addresses = [inForce, otherRole(inForce)].flatMap((role) => listen.filter((one) => one.role === role))
  const tls = addresses.find((one) => one.tls)?.tls
  const [day, before] = [days.indexOf(week.day), days.indexOf(week.day) + 6]
  return [
    `# A client of the Drop Copy target ${senderCompId}. The files beside it: ${dictionaryName}.`,
    '# The secret is not in here: your code puts it into the Logon. SenderSubID and SenderLocationID are yours to choose.',
    '',
    '[DEFAULT]',
    'ConnectionType=initiator',
    'FileStorePath=store',
    'FileLogPath=log',
    'ReconnectInterval=5',
    'HeartBtInt=30',
    '',
    '# The trading week: both sides begin at 1. QuickFIX itself knows no zones:',
    `# start it with the environment variable TZ=${week.zone}.`,
    'UseLocalTime=Y',
    `TimeZone=${week.zone}`,
    `StartDay=${days[day]}`,
    `StartTime=${week.time}:00`,
    `EndDay=${days[before % 7]}`,
    'EndTime=23:59:59',
    'ResetOnLogon=N',
    'ResetOnLogout=N',
    'ResetOnDisconnect=N',
    '',
    '# What a source adds to its messages is in no dictionary, and no reason to lose a copy.',
    'UseDataDictionary=Y',
    `DataDictionary=${dictionaryName}`,
    'AllowUnknownMsgFields=Y',
    'ValidateUserDefinedFields=N',
    'ValidateFieldsHaveValues=N',
    '',
    '# A Resend Request brings 2,500 messages at most. QuickFIX asks for more with the first of these lines,',
    '# QuickFIX/J with the second, QuickFIX/n with the third.',
    'SendRedundantResendRequests=Y',
    'ResendRequestChunkSize=2500',
    'MaxMessagesInResendRequest=2500',
    ...(tls ? tlsLines(tls, addresses[0]?.host ?? '') : []),
    '',
    '[SESSION]',
    'BeginString=FIX.4.2',
    `SenderCompID=${senderCompId}`,
    `TargetCompID=${exchange.compId}`,
    '',
    '# QuickFIX/J and QuickFIX/n write these into what they send; with QuickFIX your code does.',
    'SenderSubID=CLIENT1',
    'SenderLocationID=US',
    `TargetSubID=${exchange.subId}`,
    '',
    protocol === 'dc4'
      ? `# The ${inForce} address is in force; the ${otherRole(inForce)} refuses the Logon with a Logout.`
      : '# Your client can log on at either address, over one connection at a time.',
    ...addresses.flatMap(({ host, port }, index) => [
      `SocketConnectHost${index || ''}=${host}`,
      `SocketConnectPort${index || ''}=${port}`,
    ]),
    '',
  ].join('\n')
}

/** The client's own certificate is named where the exchange asks for one. */
function tlsLines({ asksForCertificate: asked }: TlsEnd, host: string): string[] {
  return [
    '',
    '# TLS. authority.crt is who signs the certificate of the exchange; ask the exchange for it.',
    '# QuickFIX: use SSLSocketInitiator.',
    'CertificationAuthoritiesFile=authority.crt',
    'CertificateVerifyLevel=1',
    'SSLProtocol=+TLSv1_2',
    ...(asked ? ['ClientCertificateFile=client.crt', 'ClientCertificateKeyFile=client.key'] : []),
    '# QuickFIX/J',
    'SocketUseSSL=Y',
    'EnabledProtocols=TLSv1.2,TLSv1.3',
    'EndpointIdentificationAlgorithm=HTTPS',
    'SocketTrustStore=authority.jks',
    ...(asked ? ['SocketKeyStore=client.jks'] : []),
    '# QuickFIX/n',
    'SSLEnable=Y',
    'SSLValidateCertificates=Y',
    `SSLServerName=${host}`,
    'SSLCACertificate=authority.crt',
    ...(asked ? ['SSLCertificate=client.pfx'] : []),
  ]
}
