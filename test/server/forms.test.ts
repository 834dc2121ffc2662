import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { maxFields, readFields, readForm } from '#app/http/forms.server.ts'

const posted = (fields: [string, string][], type = 'application/x-www-form-urlencoded') =>
  new Request('http://portal.example/x', {
    method: 'POST',
    headers: { 'Content-Type': type },
    body: new URLSearchParams(fields).toString(),
  })
const fieldsOf = async (fields: [string, string][]) => (await readFields(posted(fields))).fields

describe('the fields of a posted form', () => {
  test('nest by the path in their names', async () => {
    expect(
      await fieldsOf([
        ['name', 'Desk 7'],
        ['contacts.0.name', 'A'],
        ['contacts.2.name', 'B'],
        ['connection.line', 'new'],
      ]),
    ).toEqual({ name: 'Desk 7', contacts: [{ name: 'A' }, { name: 'B' }], connection: { line: 'new' } })
  })
  test('are a list when sent twice or when the name says so', async () => {
    expect(
      await fieldsOf([
        ['a', '1'],
        ['a', '2'],
        ['b[]', '1'],
      ]),
    ).toEqual({ a: ['1', '2'], b: ['1'] })
  })
  test('never reach the prototype of anything', async () => {
    const fields = await fieldsOf([
      ['__proto__.polluted', '1'],
      ['a.__proto__.polluted', '1'],
      ['constructor.prototype.polluted', '1'],
    ])
    expect(fields).toEqual({})
    expect({}).not.toHaveProperty('polluted')
  })
  test('are refused when there are more than any page sends', async () => {
    const many = Array.from({ length: maxFields + 1 }, (_, i): [string, string] => [`f${i}`, ''])
    await expect(fieldsOf(many)).rejects.toMatchObject({ status: 422 })
  })
  test('are refused when the body is not a form', async () => {
    await expect(readFields(posted([], 'application/json'))).rejects.toMatchObject({ status: 422 })
    await expect(readFields(posted([], 'multipart/form-data'))).rejects.toMatchObject({ status: 422 })
  })
})

describe('a form read through a schema', () => {
  const schema = z.object({ number: z.coerce.number(), email: z.email('An e-mail address.'), password: z.string() })
  const bad: [string, string][] = [
    ['email', 'not one'],
    ['password', 'hidden'],
    ['number', '99'],
  ]
  test('answers the value, with the route’s params winning over fields', async () => {
    const read = await readForm(
      posted([
        ['email', 'ana@alder.example'],
        ['password', 'x'],
        ['number', '99'],
      ]),
      { number: '7' },
      schema,
    )
    expect(read).toMatchObject({ ok: true, value: { number: 7, email: 'ana@alder.example', password: 'x' } })
  })
  test('names the field that is wrong and keeps what was typed, secrets excepted', async () => {
    const read = await readForm(posted(bad), { number: '7' }, schema)
    expect(read).toMatchObject({
      ok: false,
      error: { code: 'invalid-form', fields: { email: 'An e-mail address.' }, typed: { email: ['not one'] } },
    })
    expect(JSON.stringify(read)).not.toContain('hidden')
  })
  test('refuses NUL beside its field, whatever the schema takes, and hands back the rest of what was typed', async () => {
    const read = await readForm(
      posted([
        ['email', 'ana@alder.example'],
        ['password', 'x'],
        ['sources[]', 'K7T882'],
        ['sources[]', 'M3P\u0000882'],
        ['odd\u0000name', 'x'],
      ]),
      { number: '7' },
      schema,
    )
    expect(read).toMatchObject({
      ok: false,
      error: {
        fields: { sources: expect.stringContaining('cannot be kept') },
        typed: { 'sources[]': ['K7T882', 'M3P882'] },
      },
    })
    expect(JSON.stringify(read)).not.toContain('\\u0000')
  })
  test('says in words of ours that a field is missing, or was sent twice', async () => {
    const email: [string, string] = ['email', 'a@alder.example']
    const missing = await readForm(posted([email]), { number: '7' }, schema)
    expect(missing).toMatchObject({ error: { fields: { password: 'This is missing.' } } })
    const twice = await readForm(posted([email, ['password', 'a'], ['password', 'b']]), { number: '7' }, schema)
    expect(twice).toMatchObject({ error: { fields: { password: 'One value is expected here.' } } })
  })
})
