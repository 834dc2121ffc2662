import { Link } from '@remix-run/react'
import { createContext, useContext } from 'react'
import { paths } from '#app/paths.ts'
import { Mono } from './figures.tsx'

/** Whether the reader may open the pages of feeds; said once by the frame. */
export const SeesFeeds = createContext(false)

/** A feed's name, and the way to its page for whoever may open it. */
export function FeedName({ id }: { id: string }) {
  const name = <Mono>{id}</Mono>
  if (!useContext(SeesFeeds)) return name
  return (
    <Link to={paths.feed(id)} className="link">
      {name}
    </Link>
  )
}

/** After a sentence about a feed: the way to its page, where there is one for the reader. */
export function FeedLink({ id }: { id: string }) {
  if (!useContext(SeesFeeds)) return null
  return (
    <Link to={paths.feed(id)} className="link whitespace-nowrap">
      Feed {id}
    </Link>
  )
}
