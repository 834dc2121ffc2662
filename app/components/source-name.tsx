import { Link } from '@remix-run/react'
import { paths } from '#app/paths.ts'
import { Mono } from './figures.tsx'

/** The name of a source session that the reader sees, linked to its page. */
export const SourceName = ({ name }: { name: string }) => (
  <Link to={paths.source(name)} className="link">
    <Mono>{name}</Mono>
  </Link>
)
