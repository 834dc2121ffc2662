import { type ActionFunctionArgs, type HeadersFunction, type LoaderFunctionArgs, redirect } from '@remix-run/node'
import { Form, useActionData, useLoaderData } from '@remix-run/react'
import { z } from 'zod'
import { TextField } from '#app/components/fields.tsx'
import { CommandForm, FormActions, Submit } from '#app/components/form.tsx'
import { Notice, PageHead, Section } from '#app/components/page.tsx'
import type { Acquaintance } from '#app/components/person-menu.tsx'
import { refusalOf } from '#app/components/refusal.ts'
import { readForm } from '#app/http/forms.server.ts'
import { refusal } from '#app/http/refusals.server.ts'
import { paths } from '#app/paths.ts'
import { loadSandboxPeople } from '#app/routes/frame/sandbox.server.ts'
import { searchLimit } from '#domain/list/ask.ts'
import { placeInPortal } from './theme.server.ts'

const signInInput = z.object({
  email: z.string().trim().min(1, 'Your e-mail address.').max(254),
  password: z.string().min(1, 'Your password.').max(500),
})

/** When to try again, for a client that is not a browser. */
export const headers: HeadersFunction = ({ actionHeaders }) => actionHeaders

export const meta = () => [{ title: 'Sign in · Drop Copy Portal' }]

export async function loader({ request, context }: LoaderFunctionArgs) {
  const { searchParams } = new URL(request.url)
  const next = placeInPortal(searchParams.get('next'))
  if (context.user) throw redirect(next)
  const search = (searchParams.get('q') ?? '').trim().slice(0, searchLimit)
  return { next, search, commandId: crypto.randomUUID(), ...(await loadSandboxPeople(context, search)) }
}

export async function action({ request, params, context }: ActionFunctionArgs) {
  const next = placeInPortal(new URL(request.url).searchParams.get('next'))
  const input = await readForm(request, params, signInInput)
  if (!input.ok) return refusal(input.error)
  const signedIn = await context.auth.signIn(input.value)
  if (!signedIn.ok) return refusal(signedIn.error, input.typed)
  return redirect(next, { headers: { 'Set-Cookie': signedIn.value.setCookie } })
}

export default function SignIn() {
  const { next, search, commandId, people, isMore } = useLoaderData<typeof loader>()
  const isSandbox = people.length > 0 || search !== ''
  return (
    <>
      <PageHead title="Sign in" />
      {isSandbox && <SandboxPeople people={people} isMore={isMore} search={search} next={next} />}
      <Section title={isSandbox ? 'Or with a password' : 'With your e-mail address'}>
        <CommandForm commandId={commandId} refusal={refusalOf(useActionData())} className="max-w-sm">
          <TextField name="email" label="E-mail" type="email" autoComplete="username" required maxLength={254} />
          <TextField
            name="password"
            label="Password"
            type="password"
            autoComplete="current-password"
            required
            maxLength={500}
          />
          <FormActions>
            <Submit>Sign in</Submit>
          </FormActions>
        </CommandForm>
      </Section>
    </>
  )
}

/** The sandbox's people: one press each, and a search where there are more than are shown. */
function SandboxPeople({
  people,
  isMore,
  search,
  next,
}: {
  people: readonly Acquaintance[]
  isMore: boolean
  search: string
  next: string
}) {
  return (
    <Section title="As one of the sandbox’s people">
      <Notice tone="amber">
        This is a sandbox. Its firms and people are made up; the sessions, the messages and the connector are real.
      </Notice>
      {(isMore || search !== '') && <SearchPeople shown={people.length} search={search} next={next} />}
      <Form method="post" action={paths.continueAs()}>
        <input type="hidden" name="next" value={next} />
        <ul className="border-t border-line">
          {people.map((person) => (
            <li key={person.userId} className="flex items-center gap-4 border-b border-line py-2">
              <div className="min-w-0 grow">
                <p>
                  <span className="font-medium">{person.name}</span>, {person.firmName}
                </p>
                <p className="text-table text-muted">
                  {person.role}
                  {person.waiting && <span className="text-text">: {person.waiting}</span>}
                </p>
              </div>
              <button type="submit" name="userId" value={person.userId} className="button">
                Continue<span className="sr-only"> as {person.name}</span>
              </button>
            </li>
          ))}
        </ul>
      </Form>
    </Section>
  )
}

function SearchPeople({ shown, search, next }: { shown: number; search: string; next: string }) {
  return (
    <Form method="get" className="my-3 flex flex-wrap items-center gap-2" role="search">
      <input type="hidden" name="next" value={next} />
      <input
        type="search"
        name="q"
        defaultValue={search}
        maxLength={searchLimit}
        placeholder="Name, firm or e-mail"
        aria-label="Search: name, firm or e-mail"
        className="control max-w-64"
      />
      <button type="submit" className="button">
        Search
      </button>
      <span className="text-caption text-muted" role="status">
        {shown === 0 ? 'Nobody has these letters in name, firm or e-mail.' : `The first ${shown} are shown.`}
      </span>
    </Form>
  )
}
