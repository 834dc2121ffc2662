import type { LoaderFunctionArgs } from '@remix-run/node'
import { useLoaderData } from '@remix-run/react'
import { Mono } from '#app/components/figures.tsx'
import { Facts, Notice, PageHead, Section } from '#app/components/page.tsx'
import { Table } from '#app/components/table.tsx'
import { Instant } from '#app/components/time.tsx'
import { requireUser } from '#app/http/require-user.server.ts'
import { environmentNames } from '#domain/reference/environment.ts'
import { settingLines, settingNames } from '#domain/reference/settings-words.ts'
import { findSettingsPage, type SettingsView } from '#views/settings/settings-page.ts'

export const meta = () => [{ title: 'Settings · Drop Copy Portal' }]

export async function loader({ context }: LoaderFunctionArgs) {
  const user = requireUser(context, 'settings:read')
  return { view: await context.read(user, (tx) => findSettingsPage(tx, context.environment, context.deps.now())) }
}

export default function Settings() {
  const { view } = useLoaderData<typeof loader>()
  const { inForce } = view
  return (
    <>
      <PageHead title="Settings" identifier={environmentNames[view.environment]}>
        {inForce
          ? 'What holds for this environment as a whole. Each change is a numbered version, published on the portal’s machine with '
          : 'This environment is not set up: publish its settings on the portal’s machine with '}
        <Mono>drop-copy settings publish</Mono>.
      </PageHead>
      {inForce && <InForce view={view} inForce={inForce} />}
      <Changes versions={view.versions} />
    </>
  )
}

function InForce({ view, inForce }: { view: SettingsView; inForce: NonNullable<SettingsView['inForce']> }) {
  const { version, week, nextReset, settings } = inForce
  return (
    <>
      {view.running < version && (
        <Notice tone="amber">
          {view.running === 0
            ? `No connector runs version ${version} yet.`
            : `The connector still runs version ${view.running}: these settings take effect with version ${version}.`}
        </Notice>
      )}
      <Section title="Trading week">
        <Facts
          facts={[
            { term: 'Weekly reset', value: `${settingLines.week(week)[0]}` },
            { term: 'Next reset', value: <Instant at={nextReset} precision="min" /> },
          ]}
        />
      </Section>
      <Section title={`All settings, as of version ${version}`}>
        <Facts
          facts={Object.entries(settings)
            .filter(([name]) => name !== 'week')
            .map(([name, value]) => ({ term: settingNames[name] ?? name, value: <Lines name={name} value={value} /> }))}
        />
      </Section>
    </>
  )
}

function Lines({ name, value }: { name: string; value: unknown }) {
  return (
    <ul>
      {linesOf(name, value).map((line) => (
        <li key={line} className="break-words">
          {line}
        </li>
      ))}
    </ul>
  )
}

const linesOf = (name: string, value: unknown): string[] =>
  value === undefined || value === null ? ['not set'] : (settingLines[name] ?? settingLines.other)(value)

function Changes({ versions }: { versions: SettingsView['versions'] }) {
  return (
    <Section title="Changes">
      <Table
        caption="Versions that changed the settings"
        rows={versions}
        rowKey={(version) => String(version.number)}
        empty="None was published yet."
        columns={[
          { key: 'number', head: 'Version', tight: true, cell: (version) => <Mono>{version.number}</Mono> },
          {
            key: 'at',
            head: 'Published',
            tight: true,
            cell: (version) => (version.at ? <Instant at={version.at} precision="min" /> : 'unknown'),
          },
          { key: 'by', head: 'By', cell: (version) => version.by ?? 'the portal' },
          {
            key: 'changed',
            head: 'Changed',
            wide: true,
            cell: (version) => (
              <ul>
                {version.changed.map(({ name, from, to }) => (
                  <li key={name}>
                    {settingNames[name] ?? name}: {from !== undefined && <>{linesOf(name, from).join('; ')} became </>}
                    {linesOf(name, to).join('; ')}
                  </li>
                ))}
              </ul>
            ),
          },
          {
            key: 'reason',
            head: 'Reason',
            wide: true,
            cell: (version) => version.reason ?? '',
            blank: (version) => version.reason === null,
          },
        ]}
      />
    </Section>
  )
}
