import { ok, type Result, refuse } from '../result.ts'

/**
 * The paper of a request that a GAM enters on a firm's behalf: what the firm has signed or written. Every party is
 * shown its name and digest; owner and exchange may read it.
 */
export type Paper = { id: string; name: string; type: PaperType; bytes: number; digest: string }
/** As every party is shown it. */
export type PaperRef = Omit<Paper, 'id'>

export const paperTypes = ['application/pdf', 'image/png', 'image/jpeg', 'text/plain'] as const
export type PaperType = (typeof paperTypes)[number]

export const paperTypeNames: Record<PaperType, string> = {
  'application/pdf': 'PDF',
  'image/png': 'PNG image',
  'image/jpeg': 'JPEG image',
  'text/plain': 'plain text',
}

/** Bytes. */
export const paperLimit = 4 * 1024 * 1024

type PaperRefusal = { code: 'unfit-paper'; sentence: string }

/** A file as it was sent, checked by what is in it: its name and the type that the browser gave say nothing. */
export function readPaper(name: string, content: Uint8Array): Result<{ name: string; type: PaperType }, PaperRefusal> {
  const unfit = (sentence: string) => refuse({ code: 'unfit-paper', sentence } as const)
  if (content.length === 0) return unfit('Choose a file that is not empty.')
  if (content.length > paperLimit) return unfit(`At most ${paperLimit / 1024 / 1024} MB.`)
  const type = paperTypeOf(content)
  if (!type) return unfit('A PDF, a PNG or JPEG image, or plain text; this file is none of them.')
  return ok({ name: paperName(name, type), type })
}

const starts = (content: Uint8Array, ...bytes: number[]) => bytes.every((byte, index) => content[index] === byte)

function paperTypeOf(content: Uint8Array): PaperType | undefined {
  if (starts(content, 0x25, 0x50, 0x44, 0x46, 0x2d)) return 'application/pdf'
  if (starts(content, 0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a)) return 'image/png'
  if (starts(content, 0xff, 0xd8, 0xff)) return 'image/jpeg'
  return isText(content) ? 'text/plain' : undefined
}

/** UTF-8 without control characters other than tab and the ends of lines and pages. */
function isText(content: Uint8Array): boolean {
  if (content.some((byte) => (byte < 0x20 && byte !== 9 && byte !== 10 && byte !== 12 && byte !== 13) || byte === 0x7f))
    return false
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(content)
    return true
  } catch {
    return false
  }
}

const endings: Record<PaperType, readonly string[]> = {
  'application/pdf': ['pdf'],
  'image/png': ['png'],
  'image/jpeg': ['jpg', 'jpeg'],
  'text/plain': ['txt'],
}

/**
 * The last part of the name that the browser gave, in one line, with the ending of the file's real type, so that the
 * file opens as nothing else.
 */
function paperName(given: string, type: PaperType): string {
  const base = (given.split(/[/\\]/).at(-1) ?? '')
    .replace(/[^\p{L}\p{N} .,_()-]/gu, ' ')
    .replace(/\s+/g, ' ')
    .trim()
  const stem = base.replace(/^\.+/, '').slice(0, 100) || 'document'
  const [ending = ''] = endings[type]
  const last = stem.toLowerCase().split('.').at(-1) ?? ''
  return stem.includes('.') && endings[type].includes(last) ? stem : `${stem}.${ending}`
}
