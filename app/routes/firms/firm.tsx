import type { LoaderFunctionArgs, MetaFunction } from '@remix-run/node'
import { useLoaderData } from '@remix-run/react'
import { Mono } from '#app/components/figures.tsx'
import { ButtonLink, Counts, type Fact, Facts, PageHead, Section } from '#app/components/page.tsx'
import { Instant } from '#app/components/time.tsx'
import { notFound } from '#app/http/refusals.server.ts'
import { requireUser } from '#app/http/require-user.server.ts'
import { paths } from '#app/paths.ts'
import { isUuid } from '#app/routes/params.ts'
import { writeCount } from '#domain/figures.ts'
import { may } from '#domain/people/permissions.ts'
import { type FirmInside, type FirmPage, findFirmPage } from '#views/firm/firm-page.ts'
import { Domains, Groups, People, Requests, Sources } from './firm-parts.tsx'

export const meta: MetaFunction<typeof loader> = ({ data }) => [
  { title: `${data?.firm.name ?? 'Firm'} · Drop Copy Portal` },
]

export async function loader({ params, context }: LoaderFunctionArgs) {
  const user = requireUser(context, 'directory:read')
  const { firmId } = params
  if (!isUuid(firmId)) throw notFound()
  const firm = await context.read(user, (tx) => findFirmPage(tx, user, context.environment, firmId, context.deps.now()))
  if (!firm) throw notFound()
  return { firm, seesFirms: may(user, 'firm:read') }
}

export default function Firm() {
  const { firm, seesFirms } = useLoaderData<typeof loader>()
  const { inside, kept } = firm
  return (
    <>
      <PageHead
        kind={firm.isExchange ? 'Exchange' : 'Firm'}
        title={firm.name}
        {...(seesFirms && { back: { to: paths.firms(), label: 'Firms' } })}
        actions={
          kept?.mayInvite && (
            <ButtonLink to={paths.inviteInto(firm.id)} kind="primary">
              Invite its first administrator
            </ButtonLink>
          )
        }
      >
        {sentence(firm)}
      </PageHead>
      {inside && <Counts counts={countsOf(inside)} />}
      <Section title="Registered Entity">
        <Facts facts={factsOf(firm)} />
      </Section>
      {inside && !firm.isExchange && (
        <>
          <Groups firm={firm} groups={inside.groups} />
          <Sources
            id="guaranteed"
            title="Source sessions that it guarantees"
            sources={inside.guaranteed}
            more={paths.sessionsLike(firm.name)}
          />
          <Sources
            id="held"
            title="Source sessions of its own"
            sources={inside.held}
            more={paths.sessionsLike(firm.codes.find(({ kind }) => kind === 'execution')?.code ?? '')}
          />
          <Requests
            id="owned"
            title="Its requests"
            requests={inside.owned}
            withOwner={false}
            more={paths.requestsOf(firm.id)}
          />
          <Requests
            id="asked"
            title="Requests of others that it was asked about"
            requests={inside.asked}
            withOwner
            more={null}
          />
        </>
      )}
      {inside?.people && <People firm={firm} people={inside.people} />}
      {inside && <Domains firmId={firm.id} domains={inside.domains} mayWrite={kept?.mayWrite ?? false} />}
    </>
  )
}

/** What the firm has and does, in figures that lead to the rows. */
function countsOf({ groups, guaranteed, held, owned, asked, people }: FirmInside) {
  const count = (label: string, total: number, to: string) =>
    total > 0 ? [{ label, value: writeCount(total), to }] : []
  return [
    ...count('Groups', groups.total, '#groups'),
    ...count('Sessions guaranteed', guaranteed.total, '#guaranteed'),
    ...count('Sessions of its own', held.total, '#held'),
    ...count('Its requests', owned.total, '#owned'),
    ...count('Asked to agree', asked.total, '#asked'),
    ...count('People', people?.total ?? 0, '#people'),
  ]
}

/** How the firm stands, in a sentence. */
function sentence({ isExchange, isActive, isOwn, inside, kept }: FirmPage): string {
  if (!isActive) return 'It is not active any more: none of its people can sign in.'
  if (isExchange) return 'The exchange itself.'
  if (kept && !kept.hasAdministrator)
    return 'It has no administrator yet. The exchange invites the first, who invites the others.'
  if (inside === null) return 'What a firm has and does is for its own people and the exchange to see.'
  return isOwn ? 'Your own firm.' : 'Its own administrators invite its people.'
}

const codes = (firm: FirmPage, kind: 'execution' | 'clearing') => firm.codes.filter((code) => code.kind === kind)

function factsOf(firm: FirmPage): (Fact | false)[] {
  const [clearing, execution] = [codes(firm, 'clearing'), codes(firm, 'execution')]
  const list = (of: FirmPage['codes']) => <Mono>{of.map(({ code }) => code).join(' ')}</Mono>
  return [
    { term: 'Name', value: <bdi>{firm.name}</bdi> },
    clearing.length > 0 && { term: 'Clearing Firm ID', value: list(clearing) },
    execution.length > 0 && { term: 'Execution Firm ID', value: list(execution) },
    clearing.length + execution.length === 0 && { term: 'Firm IDs', value: 'None that you see' },
    firm.inside !== null &&
      !firm.isExchange && {
        term: 'Agreement',
        value: firm.agreement ? (
          <>
            <Mono>{firm.agreement.number}</Mono>, signed <Instant at={firm.agreement.signedAt} show="day" />
          </>
        ) : (
          'None on file, so that it cannot submit a request'
        ),
      },
    firm.gam !== null && { term: 'Global Account Manager', value: firm.gam },
  ]
}
