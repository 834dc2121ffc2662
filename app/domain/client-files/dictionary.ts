import { fieldNames, fieldTypes } from './fields.ts'
import { entriesOf, header, type LayoutEntry, messages, trailer } from './messages.ts'

/**
 * A FIX 4.2 data dictionary in QuickFIX's format: all that a classic or a Drop Copy 4.0 target sends and accepts. It
 * lists no field values, because an engine would reject a copy over a value missing from the list.
 */
export function dictionaryXml(): string {
  const parts = [entriesOf(header), entriesOf(trailer), ...messages.map((one) => entriesOf(one.fields))]
  const counting = new Set<number>()
  const used = new Set<number>()
  const note = (entries: readonly LayoutEntry[]): void => {
    for (const { tag, fields } of entries) {
      used.add(tag)
      if (!fields) continue
      counting.add(tag)
      note(fields)
    }
  }
  for (const entries of parts) note(entries)
  const typeOf = (tag: number) => (counting.has(tag) ? 'NUMINGROUP' : (fieldTypes.get(tag) ?? 'STRING'))
  return [
    '<!-- FIX 4.2 as Drop Copy targets speak it, classic and 4.0. Made from the tables of this release: do not edit. -->',
    "<fix type='FIX' major='4' minor='2' servicepack='0'>",
    ' <header>',
    ...lines(entriesOf(header), '  '),
    ' </header>',
    ' <messages>',
    ...messages.flatMap(({ type, name, isSession, fields }) => [
      `  <message name='${name}' msgtype='${type}' msgcat='${isSession ? 'admin' : 'app'}'>`,
      ...lines(entriesOf(fields), '   '),
      '  </message>',
    ]),
    ' </messages>',
    ' <trailer>',
    ...lines(entriesOf(trailer), '  '),
    ' </trailer>',
    ' <components />',
    ' <fields>',
    ...[...used]
      .sort((a, b) => a - b)
      .map((tag) => `  <field number='${tag}' name='${nameOf(tag)}' type='${typeOf(tag)}' />`),
    ' </fields>',
    '</fix>',
    '',
  ].join('\n')
}

function lines(entries: readonly LayoutEntry[], indent: string): string[] {
  return entries.flatMap(({ tag, isRequired, fields }) => {
    const attributes = `name='${nameOf(tag)}' required='${isRequired ? 'Y' : 'N'}'`
    return fields
      ? [`${indent}<group ${attributes}>`, ...lines(fields, `${indent} `), `${indent}</group>`]
      : [`${indent}<field ${attributes} />`]
  })
}

function nameOf(tag: number): string {
  const name = fieldNames.get(tag)
  if (name === undefined) throw new Error(`unreachable: field ${tag} has no name`)
  return name
}
