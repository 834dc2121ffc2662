import { sourceNamePattern } from '#domain/reference/source.ts'
import { type Span, spans } from '#domain/rollup/series.ts'

/** Whether a part of a URL can be a row's id. If not, the answer is "not found", without a query. */
export const isUuid = (text: string | undefined): text is string =>
  text !== undefined && /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text)

/** A request's number from a URL; undefined when the text is not such a number. */
export const requestNumber = (text: string | undefined): number | undefined =>
  text !== undefined && /^[1-9]\d{0,8}$/.test(text) ? Number(text) : undefined

/** A target's session id from a URL. */
export const isSessionId = (text: string | undefined): text is string =>
  text !== undefined && /^[A-Z0-9]{6}$/.test(text)

/** A feed's id from a URL. */
export const isFeedId = (text: string | undefined): text is string => text !== undefined && /^[\w.:-]{1,64}$/.test(text)

/** A source session's name from a URL. */
export const isSourceName = (text: string | undefined): text is string =>
  text !== undefined && sourceNamePattern.test(text)

/** How long a time a page's picture shows: `?span=24h`; an hour unless one of the offered spans is asked for. */
export const spanOf = (request: Request): Span => {
  const asked = new URL(request.url).searchParams.get('span')
  return spans.find((span) => span === asked) ?? '1h'
}
