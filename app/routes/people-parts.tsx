import { Notice } from '#app/components/page.tsx'
import { type Role, roleNames } from '#domain/people/roles.ts'

/** What a firm has nobody else for: said before a role ends or its holder is locked out. */
export function SoleRoles({ person, sole }: { person: { name: string; firmName: string }; sole: readonly Role[] }) {
  if (sole.length === 0) return null
  return (
    <Notice
      tone="amber"
      title={`Nobody else at ${person.firmName} is ${sole.map((role) => roleNames[role]).join(' or ')}`}
    >
      Without {person.name}, whatever waits for that role waits until somebody else holds it.
    </Notice>
  )
}
