import { describe, expect, test } from 'vitest'
import { type Policy, resolvePolicy } from '#fix/policy.ts'
import { documentAt, tableIn } from './tables.ts'

const switchesOf = (preset: Policy['preset']) =>
  Object.entries(resolvePolicy(preset)).filter(([name]) => name !== 'preset')
const written = (preset: Policy['preset']) => switchesOf(preset).map(([, value]) => `\`${JSON.stringify(value)}\``)

describe('the table of policies that clients read', () => {
  const rows = tableIn(documentAt('docs/rules-of-engagement.md'), 'switch')

  test('names every switch, in the order of the table in the code', () => {
    expect(rows.map(([name]) => name)).toEqual(switchesOf('cme').map(([name]) => `\`${name}\``))
  })
  test('says what each preset sets it to', () => {
    expect(rows.map(([, , cme]) => cme)).toEqual(written('cme'))
    expect(rows.map(([, , , fix]) => fix)).toEqual(written('fix'))
  })
})
