import { Link } from '@remix-run/react'
import { paths } from '#app/paths.ts'

/** The name of a firm, linked to its page: everybody may open it, and sees there what is theirs to see. */
export const FirmName = ({ id, name }: { id: string; name: string }) => (
  <Link to={paths.firm(id)} className="link">
    <bdi>{name}</bdi>
  </Link>
)
