import type { LoaderFunctionArgs, MetaFunction } from '@remix-run/node'
import { useLoaderData } from '@remix-run/react'
import { Chart } from '#app/components/chart.tsx'
import { FeedName } from '#app/components/feed-name.tsx'
import { Count, Mono } from '#app/components/figures.tsx'
import { FirmName } from '#app/components/firm-name.tsx'
import { Counts, Facts, PageHead, Section } from '#app/components/page.tsx'
import { DeliverySentence, DeliveryWordState } from '#app/components/states.tsx'
import { Age } from '#app/components/time.tsx'
import { notFound } from '#app/http/refusals.server.ts'
import { requireUser } from '#app/http/require-user.server.ts'
import { paths } from '#app/paths.ts'
import { gatewayName } from '#app/routes/names.ts'
import { isSourceName, requestNumber, spanOf } from '#app/routes/params.ts'
import { Alarm } from '#app/routes/status/alarm.tsx'
import { findPicture } from '#views/rollup/picture.ts'
import { findSourcePage, type SourcePage } from '#views/source/source-page.ts'
import { GroupsFed, GroupsLeft, Guarantors, RequestsNaming, TargetsCarrying } from './source-parts.tsx'

export const meta: MetaFunction<typeof loader> = ({ data }) => [
  { title: `Source session ${data?.source.name ?? ''} · Drop Copy Portal` },
]

export async function loader({ request, params, context }: LoaderFunctionArgs) {
  const user = requireUser(context, 'source:read')
  const { name } = params
  if (!isSourceName(name)) throw notFound()
  const before = requestNumber(new URL(request.url).searchParams.get('before') ?? undefined)
  const { environment } = context
  const now = context.deps.now()
  const read = await context.read(user, async (tx) => {
    const source = await findSourcePage(tx, user, environment, name, { now, before })
    return (
      source && {
        source,
        picture: await findPicture(tx, { environment, kind: 'source', id: name }, spanOf(request), now),
      }
    )
  })
  if (!read) throw notFound()
  return { ...read, isFirst: before === undefined }
}

export default function Source() {
  const { source, picture, isFirst } = useLoaderData<typeof loader>()
  const { name, state, isStale, figures } = source
  const present = source.groups.filter((group) => group.until === null)
  const left = source.groups.filter((group) => group.until !== null)
  return (
    <>
      <PageHead
        kind="Source session"
        title={name}
        identifier={gatewayName(source.gatewayKind)}
        state={<DeliveryWordState state={state} />}
        back={{ to: paths.sessions(), label: 'Source sessions' }}
      >
        <DeliverySentence state={state}>
          {figures?.lastReceivedAt && (
            <>
              Last heard <Age at={figures.lastReceivedAt} ago />.
            </>
          )}
        </DeliverySentence>
      </PageHead>
      <Counts counts={countsOf(source)} />
      {source.alarms.map((alarm) => (
        <Alarm key={`${alarm.code}${alarm.says}`} alarm={alarm} />
      ))}
      <Chart picture={picture} subject={`Source session ${name}`} />
      <GroupsFed groups={present} more={source.hasMoreGroups} stale={isStale} />
      <TargetsCarrying targets={source.targets} />
      <GroupsLeft groups={left} />
      <Session source={source} />
      <Guarantors guarantors={source.guarantors} />
      <RequestsNaming name={name} requests={source.requests} olderThan={source.olderThan} isFirst={isFirst} />
    </>
  )
}

/** What is counted of the session in this trading week; what is always nothing appears only when it is not. */
function countsOf({ figures, feed, isStale }: SourcePage) {
  const count = (label: string, of: number | undefined, isLoud = false) => ({
    label,
    value: <Count of={of} stale={isStale} />,
    loud: isLoud,
  })
  const unless0 = (label: string, of: number | undefined, isLoud = false) => (of ? [count(label, of, isLoud)] : [])
  return [
    count('Received', figures?.received),
    count('Highest number', figures?.highest),
    ...unless0('Duplicates', figures?.duplicates),
    ...unless0('Kept aside', figures?.aside, true),
    ...unless0('Its feed asks for again', feed?.missing),
    ...unless0('Its feed lost', feed?.lost, true),
  ]
}

/** What the session is, in our words and in those of the form. */
function Session({ source }: { source: SourcePage }) {
  const { name, sessionCode, executionCode, holder, operator, segments } = source
  return (
    <Section title="Session">
      <Facts
        facts={[
          {
            term: 'Source SenderComp',
            value: (
              <>
                <Mono>{name}</Mono>
                <span className="text-muted">
                  , that is Session ID <Mono>{sessionCode}</Mono> and Firm ID <Mono>{executionCode}</Mono>
                </span>
              </>
            ),
          },
          holder !== null && { term: 'Registered Entity', value: <FirmName {...holder} /> },
          operator !== null && operator.id !== holder?.id && { term: 'Operated by', value: <FirmName {...operator} /> },
          source.marketSegment !== null && { term: 'Market segment', value: <Mono>{source.marketSegment}</Mono> },
          { term: 'Feed', value: <FeedName id={source.feedId} /> },
          segments.length > 1 && {
            term: 'Highest number by segment',
            value: segments.map(({ segment, highest }) => (
              <span key={segment} className="mr-4 inline-block">
                <Mono>{segment}</Mono> <Count of={highest} stale={source.isStale} />
              </span>
            )),
          },
        ]}
      />
    </Section>
  )
}
