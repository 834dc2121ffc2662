import { timeOfDay } from '#domain/calendar/zone.ts'
import type { Violation } from '#fix/drafts.ts'
import type { Field } from '#fix/encode.ts'
import type { Message } from '#fix/message.ts'
import { Reason } from '#fix/reasons.ts'
import { maxSeqNum, Tag } from '#fix/tags.ts'

/** How far the end of a request may lie above its begin (spec §6.4). */
const spanPerRequest = 2500
/** Sources that one request may name: as many as a target carries (spec §1). */
const mostEntries = 1000
/** ApplReqID(1346): so much of it fits into ApplResponseID(1353). */
const longestId = 20

/** ApplReqType(1347). */
export const requestType = { resend: 0, last: 2, list: 3 } as const

/** One source of a request: RefApplID(1355), and of a resend the numbers asked for; `end` 0 is the latest. */
export type RequestedRange = { applId: string; begin: number; end: number }

/** Application Message Request(BW) (spec §6.1). A list has no ranges. */
export type ApplicationRequest = { id: string; type: 0 | 2 | 3; ranges: RequestedRange[] }

/** ApplResponseError(1354). */
export const responseError = { unknown: 0, notAvailable: 1, notAuthorized: 2 } as const
type ResponseError = (typeof responseError)[keyof typeof responseError]

/** Text(58) of a refusal, by its 1354. */
const errorTexts = ['Application does not exist', 'Messages not available', 'Not authorized for this application']

/** The granted part of a requested range, or why nothing is granted. */
type RangeAnswer = RequestedRange & { error?: ResponseError }

/** One source of an answer. */
export type AckEntry = RangeAnswer | { applId: string; last: number } | { applId: string; error: ResponseError }

/** What a target knows of a source that a request names. */
export type RequestedSource =
  | { kind: 'unknown' }
  /** Never a member of the group, or removed together with its past. */
  | { kind: 'stranger' }
  /** `last`: highest number copied, 0 for none. Numbers below `oldest` belong to an earlier week. */
  | { kind: 'member'; last: number; oldest: number }

type Read = { ok: true; request: ApplicationRequest } | { ok: false; violation: Violation }

/** What a BW asks for, or the rule it breaks: then it is answered by a Session Level Reject. */
export function readRequest(message: Message): Read {
  const id = message.str(Tag.ApplReqID)
  if (id === undefined) return missing(Tag.ApplReqID, 'ApplReqID')
  if (id.length > longestId) return wrong(Tag.ApplReqID, `Invalid ApplReqID. At most ${longestId} characters`)
  const type = numberOf(message, message.find(Tag.ApplReqType), Tag.ApplReqType, 'ApplReqType')
  if (typeof type !== 'number') return type
  if (type === requestType.list) return { ok: true, request: { id, type, ranges: [] } }
  if (type !== requestType.resend && type !== requestType.last)
    return wrong(Tag.ApplReqType, 'Invalid ApplReqType. Must be 0, 2 or 3')
  const count = numberOf(message, message.find(Tag.NoApplIDs), Tag.NoApplIDs, 'NoApplIDs')
  if (typeof count !== 'number') return count
  const ranges: RequestedRange[] = []
  for (let at = message.find(Tag.RefApplID); at >= 0; ) {
    const next = message.find(Tag.RefApplID, at + 1)
    const range = readRange(message, at, next < 0 ? message.count : next, type)
    if ('ok' in range) return range
    ranges.push(range)
    at = next
  }
  if (ranges.length === 0) return missing(Tag.RefApplID, 'RefApplID')
  if (ranges.length !== count)
    return wrong(Tag.NoApplIDs, `Invalid NoApplIDs. ${ranges.length} entries follow`, wrongGroupCount)
  if (count > mostEntries) return wrong(Tag.NoApplIDs, `Invalid NoApplIDs. At most ${mostEntries}`)
  return { ok: true, request: { id, type, ranges } }
}

/** SessionRejectReason(373). */
const wrongGroupCount = 16

type Wrong = { ok: false; violation: Violation }

/** The entry between two indexes. */
function readRange(message: Message, from: number, to: number, type: 0 | 2): RequestedRange | Wrong {
  const applId = message.strAt(from)
  if (applId.length !== 3) return wrong(Tag.RefApplID, 'Invalid RefApplID. Three characters required')
  if (type === requestType.last) return { applId, begin: 0, end: 0 }
  const within = (tag: number) => {
    const index = message.find(tag, from)
    return index < to ? index : -1
  }
  const begin = numberOf(message, within(Tag.ApplBegSeqNum), Tag.ApplBegSeqNum, 'ApplBegSeqNum')
  if (typeof begin !== 'number') return begin
  const end = numberOf(message, within(Tag.ApplEndSeqNum), Tag.ApplEndSeqNum, 'ApplEndSeqNum')
  if (typeof end !== 'number') return end
  if (begin < 1) return wrong(Tag.ApplBegSeqNum, 'Invalid ApplBegSeqNum. Must be 1 or more')
  if (end !== 0 && end < begin) return wrong(Tag.ApplEndSeqNum, 'Invalid ApplEndSeqNum. Lower than ApplBegSeqNum')
  return { applId, begin, end }
}

function numberOf(message: Message, index: number, tag: number, name: string): number | Wrong {
  if (index < 0) return missing(tag, name)
  const value = message.intAt(index)
  if (value !== undefined && value <= maxSeqNum) return value
  return { ok: false, violation: { text: `Invalid ${name}. Integer required`, tag, reason: Reason.format } }
}

const missing = (tag: number, name: string): Wrong => ({
  ok: false,
  violation: { text: `Required tag missing: ${name} (${tag})`, tag, reason: Reason.missing },
})
const wrong = (tag: number, text: string, reason: number = Reason.incorrect): Wrong => ({
  ok: false,
  violation: { text, tag, reason },
})

/** ApplEndSeqNum(1183) of the answer: at most the span above the begin (spec §6.2, §6.4). */
function effectiveEnd({ begin, end }: Pick<RequestedRange, 'begin' | 'end'>): number {
  const most = Math.min(maxSeqNum, begin + spanPerRequest)
  return end === 0 ? most : Math.min(end, most)
}

/** The last number that is sent again: what comes above the chain's head comes live (ADR 17). */
export const upperBound = (effective: number, last: number): number => Math.min(effective, last)

/** The granted part of a requested range (spec §6.4); an error leaves the range as it was asked for. */
export function answerRange(range: RequestedRange, source: RequestedSource): RangeAnswer {
  if (source.kind === 'unknown') return { ...range, error: responseError.unknown }
  if (source.kind === 'stranger') return { ...range, error: responseError.notAuthorized }
  if (range.begin > source.last || range.begin < source.oldest) return { ...range, error: responseError.notAvailable }
  return { ...range, end: effectiveEnd(range) }
}

/** The answer to a request for the last number of a source. */
export function answerLast({ applId }: RequestedRange, source: RequestedSource): AckEntry {
  if (source.kind === 'unknown') return { applId, error: responseError.unknown }
  if (source.kind === 'stranger') return { applId, error: responseError.notAuthorized }
  return { applId, last: source.last }
}

/** ApplResponseType(1348): 0 all of it, 1 see the entries, 2 nothing of what was asked for is available. */
function responseType(entries: readonly AckEntry[]): 0 | 1 | 2 {
  const errors = entries.flatMap((entry) => ('error' in entry && entry.error !== undefined ? [entry.error] : []))
  if (errors.length === 0) return 0
  return errors.length === entries.length && errors.every((error) => error === responseError.notAvailable) ? 2 : 1
}

/** Body of the Application Message Request Ack(BX) (spec §6.2). `why` replaces the text of the first error. */
export function ackBody(
  request: ApplicationRequest,
  entries: readonly AckEntry[],
  responseId: string,
  why?: string,
): Field[] {
  const error = entries.map((entry) => ('error' in entry ? entry.error : undefined)).find((one) => one !== undefined)
  const text = why ?? (error === undefined ? undefined : errorTexts[error])
  return [
    [Tag.ApplReqID, request.id],
    [Tag.ApplReqType, request.type],
    [Tag.ApplResponseType, responseType(entries)],
    [Tag.ApplResponseID, responseId],
    [Tag.NoApplIDs, entries.length],
    ...entries.flatMap(entryFields),
    ...(text === undefined ? [] : [[Tag.Text, text] as const]),
  ]
}

function entryFields(entry: AckEntry): Field[] {
  const fields: Field[] = [[Tag.RefApplID, entry.applId]]
  if ('begin' in entry) fields.push([Tag.ApplBegSeqNum, entry.begin], [Tag.ApplEndSeqNum, entry.end])
  if ('last' in entry) fields.push([Tag.RefApplLastSeqNum, entry.last])
  if ('error' in entry && entry.error !== undefined) fields.push([Tag.ApplResponseError, entry.error])
  return fields
}

/** The refusal of another request for messages while one is served (spec §6.4). */
export const inProgress = 'Application resend in progress'

/** ApplReportType(1426): resend completed. */
const completed = 3

/**
 * Body of the Application Message Report(BY) that ends a source's resend. `last`: the last number sent again; 0: none.
 */
export const reportBody = (applId: string, last: number, reportId: string): Field[] => [
  [Tag.ApplReportID, reportId],
  [Tag.ApplReportType, completed],
  [Tag.NoApplIDs, 1],
  [Tag.RefApplID, applId],
  [Tag.RefApplLastSeqNum, last],
]

/** ApplResponseID(1353), 32 characters (spec §6.2). */
export const responseIdOf = (compId: string, requestId: string, nowMs: number): string =>
  `${shortName(compId)}${requestId.padEnd(longestId, '_')}${chicagoTime(nowMs)}`

/** ApplReportID(1356) (spec §6.3). */
export const reportIdOf = (compId: string, applId: string, nowMs: number): string =>
  `${shortName(compId)}RPT${applId}${chicagoTime(nowMs)}`

/** The exchange as both ids name it: three characters, `CME` for CME. */
const shortName = (compId: string): string => compId.slice(0, 3).padEnd(3, '_')

/** HHMMSSmmm. */
const chicagoTime = (ms: number): string => timeOfDay(ms, 'America/Chicago').replaceAll(/\D/g, '')

/** What a client reads of a BX. */
type Ack = { id: string; type: number; response: number; text: string; entries: Granted[] }
export type Granted = { applId: string; end: number; last: number; error: number | undefined }

/** Undefined: it lacks what every answer has. */
export function readAck(message: Message): Ack | undefined {
  const id = message.str(Tag.ApplReqID)
  const type = message.int(Tag.ApplReqType)
  const response = message.int(Tag.ApplResponseType)
  if (id === undefined || type === undefined || response === undefined) return undefined
  const entries: Granted[] = []
  for (let at = message.find(Tag.RefApplID); at >= 0; ) {
    const next = message.find(Tag.RefApplID, at + 1)
    const value = (tag: number) => {
      const index = message.find(tag, at)
      return index >= 0 && (next < 0 || index < next) ? message.intAt(index) : undefined
    }
    const [end = 0, last = 0] = [value(Tag.ApplEndSeqNum), value(Tag.RefApplLastSeqNum)]
    entries.push({ applId: message.strAt(at), end, last, error: value(Tag.ApplResponseError) })
    at = next
  }
  return { id, type, response, text: message.str(Tag.Text) ?? '', entries }
}

/** What a client reads of a BY: the source, and the last number sent again. Undefined: it reports something else. */
export function readReport(message: Message): { applId: string; last: number } | undefined {
  const applId = message.str(Tag.RefApplID)
  const last = message.int(Tag.RefApplLastSeqNum)
  return applId !== undefined && last !== undefined && message.int(Tag.ApplReportType) === completed
    ? { applId, last }
    : undefined
}
