import { data, type LinksFunction, type LoaderFunctionArgs, type MetaFunction } from '@remix-run/node'
import { Links, Meta, Outlet, Scripts, ScrollRestoration, useRouteLoaderData } from '@remix-run/react'
import { type ReactNode, useContext } from 'react'
import { SeesFeeds } from './components/feed-name.tsx'
import { BareFrame, Frame } from './components/frame.tsx'
import { NonceContext } from './components/nonce.ts'
import { NowProvider } from './components/now.tsx'
import { Problem } from './components/problem.tsx'
import { SandboxLine } from './components/sandbox-strip.tsx'
import { nothingToSay } from './http/said.server.ts'
import { loadFrame } from './routes/frame/frame.server.ts'
import stylesheet from './styles/app.css?url'
import inter from './styles/fonts/inter.woff2?url'
import icon from './styles/icon.svg?url'

export const links: LinksFunction = () => [
  { rel: 'stylesheet', href: stylesheet },
  { rel: 'preload', href: inter, as: 'font', type: 'font/woff2', crossOrigin: 'anonymous' },
  { rel: 'icon', href: icon, type: 'image/svg+xml' },
]

export const meta: MetaFunction = () => [{ title: 'Drop Copy Portal' }]

export async function loader({ request, context }: LoaderFunctionArgs) {
  const frame = await loadFrame(request, context)
  return data(frame, frame.said ? { headers: { 'Set-Cookie': nothingToSay } } : {})
}

/** The frame shows what waits for the person, so it is read again after every command, refused ones included. */
export { shouldRevalidate } from './components/refusal.ts'

const useFrame = () => useRouteLoaderData<typeof loader>('root')

export function Layout({ children }: { children: ReactNode }) {
  const frame = useFrame()
  const nonce = useContext(NonceContext)
  const theme = frame?.theme === 'system' ? undefined : frame?.theme
  return (
    <html lang="en" data-theme={theme}>
      <head>
        <meta charSet="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <Meta />
        <Links />
      </head>
      <body>
        <NowProvider serverNowMs={frame?.nowMs ?? 0}>
          <SeesFeeds.Provider value={frame?.seesFeeds ?? false}>
            <Framed>{children}</Framed>
          </SeesFeeds.Provider>
        </NowProvider>
        <ScrollRestoration nonce={nonce} />
        <Scripts nonce={nonce} />
      </body>
    </html>
  )
}

function Framed({ children }: { children: ReactNode }) {
  const frame = useFrame()
  if (!frame?.person) return <BareFrame environment={frame?.environment}>{children}</BareFrame>
  return (
    <Frame
      environment={frame.environment}
      environments={frame.environments}
      rail={frame.rail}
      person={frame.person}
      others={frame.others}
      theme={frame.theme}
      said={frame.said}
      strip={frame.steps && <SandboxLine steps={frame.steps} ownId={frame.person.userId} />}
    >
      {children}
    </Frame>
  )
}

export default function Root() {
  return <Outlet />
}

export function ErrorBoundary() {
  return <Problem />
}
