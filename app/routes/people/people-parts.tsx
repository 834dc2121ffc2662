import { Copyable } from '#app/components/figures.tsx'
import { ButtonLink, Facts, Notice, PageHead } from '#app/components/page.tsx'
import { Instant } from '#app/components/time.tsx'
import { type Role, roleNames } from '#domain/people/roles.ts'

/** Roles that nobody else in the firm holds: named before a role ends or its holder is locked out. */
export function SoleRoles({ person, sole }: { person: { name: string; firmName: string }; sole: readonly Role[] }) {
  if (sole.length === 0) return null
  return (
    <Notice
      tone="amber"
      title={`No one else at ${person.firmName} is ${sole.map((role) => roleNames[role]).join(' or ')}`}
    >
      Without {person.name}, requests for that role wait until another person holds the role.
    </Notice>
  )
}

/** A link that was just made, shown once, to the person who made it. */
export function NewLink({
  link,
  back,
}: {
  link: { email: string; url: string | null; expiresAt: string | Date }
  back: { to: string; label: string }
}) {
  return (
    <>
      <PageHead title={`A link for ${link.email}`} back={back} />
      {link.url === null ? (
        <Notice tone="amber" title="Shown before">
          This form was sent twice, and the link was in the first answer. If you do not have it, make a new one.
        </Notice>
      ) : (
        <>
          <div data-shown-once>
            <Notice tone="amber" title="Shown once">
              Send the link to {link.email}. It works with a code that you never see: another administrator, of the firm
              or of the exchange, takes it under Administration and tells it to them, by telephone for example.
            </Notice>
          </div>
          <Facts
            facts={[
              { term: 'Link', value: <Copyable text={link.url} label="the link" /> },
              { term: 'Works until', value: <Instant at={link.expiresAt} precision="min" /> },
            ]}
          />
        </>
      )}
      <div className="mt-4">
        <ButtonLink to={back.to}>Back to {back.label}</ButtonLink>
      </div>
    </>
  )
}
