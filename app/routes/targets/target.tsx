import type { LoaderFunctionArgs, MetaFunction } from '@remix-run/node'
import { useLoaderData } from '@remix-run/react'
import { Chart } from '#app/components/chart.tsx'
import { Mono } from '#app/components/figures.tsx'
import { plural } from '#app/components/format.ts'
import { useLive } from '#app/components/live.ts'
import { Act, MoreActs, Notice, PageHead, Section } from '#app/components/page.tsx'
import { DeliverySentence, DeliveryWordState } from '#app/components/states.tsx'
import { commandLine } from '#app/http/command-line.server.ts'
import { requireUser } from '#app/http/require-user.server.ts'
import { paths } from '#app/paths.ts'
import { credentialName } from '#app/routes/names.ts'
import { spanOf } from '#app/routes/params.ts'
import { RefusedLogons } from '#app/routes/status/refused-logons.tsx'
import { may } from '#domain/people/permissions.ts'
import { findPicture } from '#views/rollup/picture.ts'
import { listNewestCopies } from '#views/target/newest-copies.ts'
import { clientCommand } from './client-command.ts'
import { loadTarget } from './load-target.server.ts'
import { Connection, Credentials, RecentCopies, Session, TargetSources } from './target-parts.tsx'

export const meta: MetaFunction<typeof loader> = ({ data }) => [
  { title: `Target ${data?.target.sessionId ?? ''} · Drop Copy Portal` },
]

export async function loader({ request, params, context }: LoaderFunctionArgs) {
  const user = requireUser(context, 'target:read')
  const target = await loadTarget(context, user, params.sessionId)
  const seesCopies = user.firmId === target.ownerId
  const of = { environment: context.environment, kind: 'target' as const, id: target.sessionId }
  return {
    target,
    picture: await context.read(user, (tx) => findPicture(tx, of, spanOf(request), context.deps.now())),
    recent: seesCopies
      ? await context.read(user, (tx) => listNewestCopies(tx, context.environment, target.sessionId))
      : null,
    isTechnical: may(user, 'credential:create'),
    isPauser: may(user, 'target:pause'),
    isGam: may(user, 'target:fail-over'),
    commandLine: context.mode === 'sandbox' ? commandLine : null,
  }
}

export default function Target() {
  const data = useLoaderData<typeof loader>()
  const { target, recent, isTechnical, isPauser, isGam } = useLive(paths.targetEvents(data.target.sessionId), data)
  const isStale = target.delivery.word === 'Unknown'
  const live = target.credentials?.filter((credential) => credential.isLive).length
  return (
    <>
      <PageHead
        kind="Target"
        title={target.sessionId}
        identifier={<Mono>{target.senderCompId}</Mono>}
        state={<DeliveryWordState state={target.delivery} />}
        back={{ to: paths.group(target.groupId), label: `Group ${target.groupName}` }}
        actions={
          <>
            {isTechnical && (
              <Act
                to={paths.createPassword(target.sessionId)}
                kind={live === 0 ? 'primary' : 'plain'}
                disabledReason={whyNot(target.mayCreatePassword)}
              >
                Create {credentialName(target.protocol)}
              </Act>
            )}
            {isPauser && target.wanted === 'paused' && (
              <Act to={paths.resumeTarget(target.sessionId)} disabledReason={whyNot(target.mayResume)}>
                Resume
              </Act>
            )}
            <MoreActs
              acts={[
                ...(isGam
                  ? [
                      {
                        to: paths.failOverTarget(target.sessionId),
                        label: 'Fail over',
                        isDanger: true,
                        disabledReason: whyNot(target.mayFailOver),
                      },
                    ]
                  : []),
                ...(isPauser && target.wanted === 'open'
                  ? [
                      {
                        to: paths.pauseTarget(target.sessionId),
                        label: 'Pause',
                        isDanger: true,
                        disabledReason: whyNot(target.mayPause),
                      },
                    ]
                  : []),
              ]}
            />
          </>
        }
      >
        <DeliverySentence state={target.delivery} />
      </PageHead>
      {target.wanted === 'paused' && (
        <Notice tone="amber" title={`Paused by ${target.pausedBy ?? 'somebody'}`}>
          {target.pauseReason}
        </Notice>
      )}
      <Session target={target} stale={isStale} />
      {target.credentials && <Credentials target={target} credentials={target.credentials} />}
      <Connection target={target} clientCommand={clientCommand(data.commandLine, target)} />
      <Chart picture={data.picture} subject={`Target ${target.sessionId}`} />
      {recent && <RecentCopies copies={recent} delivered={target.ledger.delivered} stale={isStale} />}
      <Section
        title="Source sessions"
        intro={`${plural(target.sources.length, 'source session')} copied to this target.`}
      >
        <TargetSources sources={target.sources} left={target.left} stale={isStale} />
      </Section>
      <RefusedLogons logons={target.refusedLogons} />
    </>
  )
}

const whyNot = ({ may: allowed, why }: { may: boolean; why: string | null }): string | undefined =>
  allowed ? undefined : (why ?? 'Not now')
