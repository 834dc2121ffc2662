import { describe, expect, test } from 'vitest'
import { variables } from '#app/config.ts'
import { documentAt, tableIn } from './tables.ts'

describe('the table of variables in the README', () => {
  const rows = tableIn(documentAt('README.md'), 'variable')

  test('names every variable that is read, in order', () => {
    expect(rows.map(([name]) => name)).toEqual(Object.keys(variables.shape).map((name) => `\`${name}\``))
  })
  test('says what stands when nothing is set', () => {
    const defaults: Record<string, unknown> = variables.parse({})
    const text = (value: unknown) => (typeof value === 'boolean' ? Number(value) : value)
    const expected = Object.keys(variables.shape).map((name) =>
      defaults[name] === undefined ? '' : `\`${text(defaults[name])}\``,
    )
    expect(rows.map(([, standard]) => standard)).toEqual(expected)
  })
})
