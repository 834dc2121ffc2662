import { describe, expect, test } from 'vitest'
import { type Policy, resolvePolicy, switchNames } from '#fix/policy.ts'
import { documentAt, tableIn } from './tables.ts'

const written = (preset: Policy['preset']) => {
  const policy = resolvePolicy(preset)
  return switchNames.map((name) => `\`${JSON.stringify(policy[name])}\``)
}

describe('the table of policies that clients read', () => {
  const rows = tableIn(documentAt('docs/rules-of-engagement.md'), 'switch')

  test('names every switch, in the order of the table in the code', () => {
    expect(rows.map(([name]) => name)).toEqual(switchNames.map((name) => `\`${name}\``))
  })
  test('says what each preset sets it to', () => {
    expect(rows.map(([, , cme]) => cme)).toEqual(written('cme'))
    expect(rows.map(([, , , fix]) => fix)).toEqual(written('fix'))
  })
})
