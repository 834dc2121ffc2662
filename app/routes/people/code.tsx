import { type ActionFunctionArgs, data, type LoaderFunctionArgs } from '@remix-run/node'
import { useActionData, useLoaderData } from '@remix-run/react'
import { Copyable } from '#app/components/figures.tsx'
import { CommandForm, FormActions, Submit } from '#app/components/form.tsx'
import { NotNow } from '#app/components/not-now.tsx'
import { ButtonLink, Facts, Notice, PageHead } from '#app/components/page.tsx'
import { refusalOf } from '#app/components/refusal.ts'
import { Instant } from '#app/components/time.tsx'
import { readForm } from '#app/http/forms.server.ts'
import { refusal } from '#app/http/refusals.server.ts'
import { requireUser } from '#app/http/require-user.server.ts'
import { paths } from '#app/paths.ts'
import { codeInput } from '#domain/people/input.ts'
import { passCode } from '#services/people/pass-code.ts'
import { findLinkPage } from '#views/people/people-page.ts'
import { loadPerson } from './load-person.server.ts'

export const meta = () => [{ title: 'Code of a link · Drop Copy Portal' }]

export { shouldRevalidate } from '#app/components/refusal.ts'

export async function loader({ params, context }: LoaderFunctionArgs) {
  const user = requireUser(context, 'people:write')
  const { person } = await loadPerson(context, user, params.userId, 'everybody')
  const link = await context.read(user, (tx) => findLinkPage(tx, user, person.userId, context.deps.now()))
  return { person, link, commandId: context.deps.newId() }
}

export async function action({ request, params, context }: ActionFunctionArgs) {
  const user = requireUser(context, 'people:write')
  const input = await readForm(request, params, codeInput)
  if (!input.ok) return refusal(input.error)
  const passed = await passCode(input.value, user, context.deps)
  return passed.ok ? data({ passed: passed.value }) : refusal(passed.error)
}

export default function Code() {
  const { person, link, commandId } = useLoaderData<typeof loader>()
  const answer = useActionData<typeof action>()
  const back = { to: paths.people(), label: 'Administration' }
  const head = (
    <PageHead title={`The code for ${person.name}`} back={back}>
      {person.email}, {person.firmName}
    </PageHead>
  )
  if (answer && 'passed' in answer) return <Passed head={head} code={answer.passed.code} back={back} />
  if (!link) {
    const why = 'It was used, it has expired, or none was made. Make a new one first.'
    return <NotNow title={`No link waits for ${person.name}`} why={why} back={back} />
  }
  if (!link.mayPass) {
    const why =
      'The person who makes a link never sees its code. Another administrator takes the code and passes it on.'
    return <NotNow title="You made this link" why={why} back={back} />
  }
  return (
    <>
      {head}
      <p className="mb-4 max-w-xl">
        Take the code and tell it to {person.name} yourself, having made sure that it is them. With the link and the
        code they choose a password. The code is shown once; taking it again makes another.
      </p>
      <Facts
        facts={[
          { term: 'Link made by', value: link.madeBy },
          { term: 'Made', value: <Instant at={link.at} precision="min" /> },
          { term: 'Works until', value: <Instant at={link.until} precision="min" /> },
          { term: 'Code taken', value: link.codeAt ? <Instant at={link.codeAt} precision="min" /> : 'not yet' },
        ]}
      />
      <CommandForm commandId={commandId} refusal={refusalOf(answer)}>
        <FormActions>
          <Submit>Take the code</Submit>
          <ButtonLink to={back.to}>Cancel</ButtonLink>
        </FormActions>
      </CommandForm>
    </>
  )
}

function Passed({
  head,
  code,
  back,
}: {
  head: React.ReactNode
  code: string | null
  back: { to: string; label: string }
}) {
  return (
    <>
      {head}
      {code === null ? (
        <Notice tone="amber" title="Shown before">
          This form was sent twice, and the code was in the first answer. If you do not have it, take another.
        </Notice>
      ) : (
        <>
          <div data-shown-once>
            <Notice tone="amber" title="Shown once">
              Tell the code only to the person it is for. Do not tell it to the person who made the link.
            </Notice>
          </div>
          <Facts facts={[{ term: 'Code', value: <Copyable text={code} label="the code" /> }]} />
        </>
      )}
      <div className="mt-4">
        <ButtonLink to={back.to}>Back to {back.label}</ButtonLink>
      </div>
    </>
  )
}
