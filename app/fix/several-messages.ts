import type { Message } from './message.ts'
import { Tag } from './tags.ts'

/**
 * Whether a frame holds the fields of several messages: behind a CheckSum(10) those of another beginning, 8, 9 and 35.
 * A whole message in a data field is none of its fields.
 */
export function holdsSeveralMessages({ tags, count }: Message): boolean {
  for (let i = 3; i < count - 3; i++)
    if (
      tags[i] === Tag.CheckSum &&
      tags[i + 1] === Tag.BeginString &&
      tags[i + 2] === Tag.BodyLength &&
      tags[i + 3] === Tag.MsgType
    )
      return true
  return false
}
