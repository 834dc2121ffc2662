import { trailerLength } from '#fix/checksum.ts'
import { decodeIn, Message } from '#fix/message.ts'
import { Tag } from '#fix/tags.ts'
import { countEntries, endOfGroup, groupTags, sidesTag } from './groups.ts'
import type { SourceMessage } from './source-message.ts'
import { carriedTags, head, isCarried, readStandardHeader } from './standard-header.ts'

/** Tags that the service adds to a classic copy (spec §3.1). A source message that has them itself loses them. */
export const copyTags: readonly number[] = [
  Tag.CopyMsgIndicator,
  Tag.ApplID,
  Tag.ApplSeqNum,
  Tag.ApplLastSeqNum,
  Tag.ApplResendFlag,
]
/** The signature is part of the trailer: only CheckSum may follow it. */
export const trailerTags: readonly number[] = [Tag.SignatureLength, Tag.Signature]
/** What follows next on a classic copy: bytes of the source message, or something of the copy's own. */
export type Part =
  | { kind: 'bytes'; from: number; to: number }
  /** 1180 to 1352. */
  | { kind: 'service' }
  /** 797. */
  | { kind: 'copy-flag' }
  /** The firm as a group of one party. */
  | { kind: 'party' }
  /** 453 of a group that the firm joins. */
  | { kind: 'party-count'; count: number }
  /** The firm as the last party of that group. */
  | { kind: 'party-entry' }

const message = new Message(256)

/** What a tag means for the order; nearly all mean nothing. */
const ordinary = 0
const carried = 1
const copy = 2
const trailer = 3
const group = 4
const parties = 5
const sides = 6
const roles = new Uint8Array(8192)
for (const tag of groupTags) roles[tag] = group
for (const tag of carriedTags) roles[tag] = carried
for (const tag of copyTags) roles[tag] = copy
for (const tag of trailerTags) roles[tag] = trailer
roles[Tag.NoPartyIDs] = parties
roles[sidesTag] = sides

/**
 * The order of a classic copy whose source message cannot be copied around two insertions. It has parties, which the
 * firm joins as the last one; tags of a copy, which ours replace; header fields that the copy carries on; or a
 * signature. Everything behind the header of the copy, up to its CheckSum(10).
 */
export function arrangeCopy(source: SourceMessage): Part[] {
  decodeIn(source, source.start, source.bodyEnd + trailerLength, message)
  readStandardHeader(message)
  const header: Part[] = []
  const body: Part[] = []
  const signature: Part[] = []
  for (let i = 1; head.carriedLength > 0 && i < head.body; i++) if (isCarried(message.tagAt(i))) take(header, i, i + 1)
  const last = message.count - 1
  let isFlagged = false
  let hasParty = false
  /** The first field that is not taken yet. */
  let from = head.body
  for (let i = head.body; i < last; ) {
    const tag = message.tagAt(i)
    const role = roleOf(i, tag)
    if (role === ordinary && (isFlagged || tag <= Tag.CopyMsgIndicator)) {
      i++
      continue
    }
    take(body, from, i)
    from = i
    i = role === ordinary ? i + 1 : endOfGroup(message, i, last)
    if (role === carried || role === trailer) take(role === carried ? header : signature, from, i)
    if (role === carried || role === trailer || role === copy) {
      from = i
      continue
    }
    if (tag > Tag.CopyMsgIndicator && !isFlagged) {
      body.push({ kind: 'copy-flag' })
      isFlagged = true
    }
    if (hasParty) continue
    if (role === parties) {
      body.push({ kind: 'party-count', count: countEntries(message, from, i) + 1 })
      take(body, from + 1, i)
      body.push({ kind: 'party-entry' })
      from = i
      hasParty = true
    } else if (role === sides && message.find(Tag.NoPartyIDs, i) < 0) {
      body.push({ kind: 'party' }) // behind the sides it would be read as a party of the last one
      hasParty = true
    }
  }
  take(body, from, last)
  if (!isFlagged) body.push({ kind: 'copy-flag' })
  if (!hasParty) body.push({ kind: 'party' })
  return [...header, { kind: 'service' }, ...body, ...signature]
}

/** Bytes inside a sender's own data field are no field, even where they look like one. */
function roleOf(index: number, tag: number): number {
  const role = tag < roles.length ? roles[tag]! : ordinary // `!`: below the length
  return role === ordinary || message.dataOver(index, message.endAt(index)) < 0 ? role : ordinary
}

/** The fields from one index up to another. */
function take(parts: Part[], index: number, next: number): void {
  if (next === index) return
  parts.push({ kind: 'bytes', from: message.endAt(index - 1) + 1, to: message.endAt(next - 1) + 1 })
}
