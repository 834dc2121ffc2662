import { isRouteErrorResponse, Link, useRevalidator, useRouteError } from '@remix-run/react'
import { useEffect } from 'react'
import { paths } from '#app/paths.ts'
import { PageHead } from './page.tsx'

interface Words {
  title: string
  sentence: string
}

const words: Record<number, Words> = {
  405: {
    title: 'Nothing can be sent here',
    sentence: 'This page shows something and takes nothing. Nothing was changed.',
  },
  422: {
    title: 'This could not be read',
    sentence:
      'What was sent is not a form of this portal. Nothing was changed. Load the page again and send it from there.',
  },
  403: {
    title: 'You cannot open this page',
    sentence: 'Your roles do not give access to this page. Your firm’s administrator can change your roles.',
  },
  404: {
    title: 'There is nothing here',
    sentence: 'The page does not exist, or it belongs to a firm that is not yours.',
  },
  409: {
    title: 'Something moved meanwhile',
    sentence: 'What this page was about has changed since you opened it. Nothing was done.',
  },
  429: { title: 'Too many attempts', sentence: 'Nothing was done. Try again in a minute.' },
  503: {
    title: 'The database does not answer',
    sentence:
      'Copies go on being delivered, and nothing that was saved is lost. This page opens by itself when the database answers.',
  },
}
/** What a loader throws when its page no longer makes sense; structurally that of `http/refusals.server.ts`. */
interface Moved {
  title: string
  why: string
  back: { to: string; label: string }
}
const isMoved = (data: unknown): data is Moved =>
  typeof data === 'object' && data !== null && 'title' in data && 'why' in data && 'back' in data

const broken: Words = {
  title: 'This page failed',
  sentence: 'The fault is ours and was logged. Copies go on being delivered; load the page again in a moment.',
}

/** What a person reads when a page could not be shown: what happened, what it means, what to do. */
export function Problem() {
  const error = useRouteError()
  const status = isRouteErrorResponse(error) ? error.status : 500
  const { title, sentence } = words[status] ?? broken
  const { revalidate } = useRevalidator()
  useEffect(() => {
    if (status === 503) revalidate() // waits until there is an answer (`reach.ts`)
  }, [status, revalidate])
  const own = isRouteErrorResponse(error) && isMoved(error.data) ? error.data : undefined
  return (
    <>
      <PageHead title={own?.title ?? title} identifier={<span className="text-table">{status}</span>} />
      <p data-problem className="mb-4 max-w-xl">
        {own?.why ?? sentence}
      </p>
      <p className="flex gap-4">
        {own && (
          <Link to={own.back.to} className="link">
            {own.back.label}
          </Link>
        )}
        <Link to={paths.status()} className="link">
          Status
        </Link>
        <Link to="." reloadDocument className="link">
          Load again
        </Link>
      </p>
    </>
  )
}
