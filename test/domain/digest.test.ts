import { describe, expect, test } from 'vitest'
import { canonicalJson } from '#domain/digest.ts'

describe('canonical JSON', () => {
  test('does not depend on the order in which keys were written', () => {
    const at = new Date('2026-03-01T00:00:00Z')
    expect(canonicalJson({ b: [1, { d: null, c: 'x' }], a: at, gone: undefined })).toBe(
      '{"a":"2026-03-01T00:00:00.000Z","b":[1,{"c":"x","d":null}]}',
    )
  })

  test('tells one instant from another, and an instant from an empty object', () => {
    const [one, other] = [new Date(1), new Date(2)]
    expect(canonicalJson(one)).not.toBe(canonicalJson(other))
    expect(canonicalJson([one, undefined, {}])).toBe('["1970-01-01T00:00:00.001Z",null,{}]')
  })
})
