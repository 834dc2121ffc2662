import { Link } from '@remix-run/react'
import { createContext, useContext } from 'react'
import { paths } from '#app/paths.ts'
import { Mono } from './figures.tsx'

/** Whether the reader may open the pages of feeds; the frame provides this once. */
export const SeesFeeds = createContext(false)

/** A feed's name, linked to its page for readers who may open it. */
export function FeedName({ id }: { id: string }) {
  const name = <Mono>{id}</Mono>
  if (!useContext(SeesFeeds)) return name
  return (
    <Link to={paths.feed(id)} className="link">
      {name}
    </Link>
  )
}

/** Follows a sentence about a feed: a link to the feed's page, where the reader may open it. */
export function FeedLink({ id }: { id: string }) {
  if (!useContext(SeesFeeds)) return null
  return (
    <Link to={paths.feed(id)} className="link whitespace-nowrap">
      Feed {id}
    </Link>
  )
}
