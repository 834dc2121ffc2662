import type { ContactEntry, DraftDocument, RequestDocument } from './document.ts'
import type { FieldProblem } from './input.ts'
import type { SourceFacts } from './round.ts'

/** The people that a document names, and the form's field that holds them. */
export function contactsIn(document: RequestDocument | DraftDocument): { contacts: ContactEntry[]; field: string } {
  switch (document.kind) {
    case 'new-group':
      return { contacts: document.contacts, field: 'contacts' }
    case 'change':
      return { contacts: document.addContacts, field: 'addContacts' }
    case 'close':
      return { contacts: [], field: '' }
  }
}

/**
 * People whose clearing firm guarantees none of these sources. Only a firm that guarantees a source of the group can
 * authorize a contact. Unknown sources guarantee nothing here.
 */
export function unauthorizable(
  document: RequestDocument | DraftDocument,
  names: readonly string[],
  sources: ReadonlyMap<string, SourceFacts>,
): FieldProblem[] {
  const codes = new Set(names.flatMap((name) => sources.get(name)?.guarantors.map((firm) => firm.code) ?? []))
  const { contacts, field } = contactsIn(document)
  return contacts.flatMap(({ clearingCode }, index) =>
    clearingCode === '' || codes.has(clearingCode)
      ? []
      : [
          {
            step: 'people' as const,
            field: `${field}.${index}.clearingCode`,
            message: `${clearingCode} guarantees no session of this group; it can authorize nobody for it.`,
          },
        ],
  )
}
