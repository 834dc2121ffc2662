/** Tag numbers by their FIX names, as far as this project reads or writes them. */
export const Tag = {
  BeginSeqNo: 7,
  BeginString: 8,
  BodyLength: 9,
  CheckSum: 10,
  ClOrdID: 11,
  EndSeqNo: 16,
  ExecID: 17,
  ExecTransType: 20,
  MsgSeqNum: 34,
  MsgType: 35,
  NewSeqNo: 36,
  OrdStatus: 39,
  PossDupFlag: 43,
  RefSeqNum: 45,
  SenderCompID: 49,
  SenderSubID: 50,
  SendingTime: 52,
  TargetCompID: 56,
  TargetSubID: 57,
  Text: 58,
  TransactTime: 60,
  Signature: 89,
  SecureDataLen: 90,
  SecureData: 91,
  SignatureLength: 93,
  RawDataLength: 95,
  RawData: 96,
  PossResend: 97,
  EncryptMethod: 98,
  HeartBtInt: 108,
  TestReqID: 112,
  OnBehalfOfCompID: 115,
  OnBehalfOfSubID: 116,
  OrigSendingTime: 122,
  GapFillFlag: 123,
  DeliverToCompID: 128,
  DeliverToSubID: 129,
  ResetSeqNumFlag: 141,
  SenderLocationID: 142,
  TargetLocationID: 143,
  OnBehalfOfLocationID: 144,
  DeliverToLocationID: 145,
  ExecType: 150,
  XmlDataLen: 212,
  XmlData: 213,
  MessageEncoding: 347,
  EncodedTextLen: 354,
  EncodedText: 355,
  LastMsgSeqNumProcessed: 369,
  OnBehalfOfSendingTime: 370,
  RefTagID: 371,
  RefMsgType: 372,
  SessionRejectReason: 373,
  BusinessRejectReason: 380,
  MultiLegReportingType: 442,
  PartyIDSource: 447,
  PartyID: 448,
  PartyRole: 452,
  NoPartyIDs: 453,
  NoHops: 627,
  HopCompID: 628,
  HopSendingTime: 629,
  HopRefID: 630,
  NextExpectedMsgSeqNum: 789,
  CopyMsgIndicator: 797,
  ApplVerID: 1128,
  CstmApplVerID: 1129,
  ApplExtID: 1156,
  ApplID: 1180,
  ApplSeqNum: 1181,
  ApplBegSeqNum: 1182,
  ApplEndSeqNum: 1183,
  ApplReqID: 1346,
  ApplReqType: 1347,
  ApplResponseType: 1348,
  ApplLastSeqNum: 1350,
  NoApplIDs: 1351,
  ApplResendFlag: 1352,
  ApplResponseID: 1353,
  ApplResponseError: 1354,
  RefApplID: 1355,
  ApplReportID: 1356,
  RefApplLastSeqNum: 1357,
  EncryptedPasswordMethod: 1400,
  EncryptedPasswordLen: 1401,
  EncryptedPassword: 1402,
  ApplReportType: 1426,
  ApplicationSystemName: 1603,
  TradingSystemVersion: 1604,
  ApplicationSystemVendor: 1605,
  RequestTime: 5979,
} as const

export const MsgType = {
  Heartbeat: '0',
  TestRequest: '1',
  ResendRequest: '2',
  Reject: '3',
  SequenceReset: '4',
  Logout: '5',
  ExecutionReport: '8',
  OrderCancelReject: '9',
  Logon: 'A',
  BusinessMessageReject: 'j',
  XmlNonFix: 'n',
  ApplicationMessageRequest: 'BW',
  ApplicationMessageRequestAck: 'BX',
  ApplicationMessageReport: 'BY',
  OrderMassActionReport: 'BZ',
} as const

/** The seven session messages. Everything else is an application message. */
export const sessionTypes: readonly string[] = [
  MsgType.Heartbeat,
  MsgType.TestRequest,
  MsgType.ResendRequest,
  MsgType.Reject,
  MsgType.SequenceReset,
  MsgType.Logout,
  MsgType.Logon,
]

export const isSessionType = (msgType: string): boolean => kindOf(msgType) === sessionKind

/** Whether a MsgType(35) exists: FIX 4.2's own, 35=n, and the FIX 5.0 SP2 ones of Drop Copy (spec §6). */
export const isKnownType = (msgType: string): boolean =>
  msgType.length === 1 ? kindOf(msgType) !== unknownKind : longTypes.has(msgType)

const longTypes: ReadonlySet<string> = new Set([
  MsgType.ApplicationMessageRequest,
  MsgType.ApplicationMessageRequestAck,
  MsgType.ApplicationMessageReport,
  MsgType.OrderMassActionReport,
])
const unknownKind = 0
const applicationKind = 1
const sessionKind = 2
/** By character code: asked of every message, so no search. */
const kinds = new Uint8Array(128)
for (const type of '6789BCDEFGHJKLMNPQRSTVWXYZabcdefghijklmn') kinds[type.charCodeAt(0)] = applicationKind
for (const type of sessionTypes) kinds[type.charCodeAt(0)] = sessionKind

/** Of a MsgType of one character; of any other unknown. */
const kindOf = (msgType: string): number =>
  msgType.length === 1 ? (kinds[msgType.charCodeAt(0)] ?? unknownKind) : unknownKind

/** MsgSeqNum(34) and its like have at most nine digits (spec §12). */
export const maxSeqNum = 999_999_999

/** Text(58) has at most so many characters (spec §12). */
export const textLimit = 200
