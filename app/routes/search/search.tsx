import type { LoaderFunctionArgs, MetaFunction } from '@remix-run/node'
import { Form, Link, useLoaderData } from '@remix-run/react'
import { useId } from 'react'
import { plural } from '#app/components/format.ts'
import { PageHead, Section } from '#app/components/page.tsx'
import { HitText } from '#app/components/search/hit-text.tsx'
import { hitPath, kindNames, listPath } from '#app/components/search/hits.ts'
import { requireUser } from '#app/http/require-user.server.ts'
import { paths } from '#app/paths.ts'
import { may } from '#domain/people/permissions.ts'
import { longestQuestion } from '#domain/search/question.ts'
import { find } from './find.server.ts'

export const meta: MetaFunction<typeof loader> = ({ data }) => [
  { title: `${data?.found.typed ? `${data.found.typed} · ` : ''}Search · Drop Copy Portal` },
]

export async function loader({ request, context }: LoaderFunctionArgs) {
  const user = requireUser(context, 'status:read')
  return { found: await find(request, context, user), seesFirms: may(user, 'firm:read') }
}

export default function Search() {
  const { found, seesFirms } = useLoaderData<typeof loader>()
  const { typed, kinds } = found
  const total = kinds.reduce((sum, one) => sum + one.total, 0)
  return (
    <>
      <PageHead title="Search">
        {typed === ''
          ? (found.sentence ?? 'Find a source session, a target, a group, a firm, a person or a request.')
          : total === 0
            ? `Nothing that you may see has the name, the code or the number ${quoted(typed)}.`
            : `${plural(total, 'result')} for ${quoted(typed)}.`}
      </PageHead>
      <Question typed={typed} />
      {kinds.map(({ kind, total: ofKind, hits }) => {
        const list = listPath(kind, typed, seesFirms)
        return (
          <Section
            key={kind}
            title={kindNames[kind]}
            actions={
              ofKind > hits.length &&
              (list ? (
                <Link to={list} className="link">
                  All {ofKind}
                </Link>
              ) : (
                <span className="text-muted">
                  The first {hits.length} of {ofKind}
                </span>
              ))
            }
          >
            <ul className="border-t border-line">
              {hits.map((hit) => (
                <li key={hit.id} className="border-b border-line py-1.5">
                  <Link to={hitPath(kind, hit.id)} className="link">
                    <HitText kind={kind} title={hit.title} />
                  </Link>{' '}
                  <span className="text-muted">{hit.detail}</span>
                </li>
              ))}
            </ul>
          </Section>
        )
      })}
    </>
  )
}

/** As it was typed, in quotation marks; writing from right to left stays within them. */
const quoted = (typed: string): string => `“\u2068${typed}\u2069”`

function Question({ typed }: { typed: string }) {
  const id = useId()
  return (
    <Form role="search" method="get" action={paths.search()} className="mb-6 flex max-w-xl items-end gap-2">
      <div className="grow">
        <label htmlFor={id} className="mb-1 block font-medium">
          Name, code or number
        </label>
        <input
          key={typed}
          id={id}
          type="search"
          name="q"
          defaultValue={typed}
          maxLength={longestQuestion}
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          dir="auto"
          className="control"
        />
      </div>
      <button type="submit" className="button button-primary">
        Search
      </button>
    </Form>
  )
}
