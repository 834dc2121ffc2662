import { notFound } from '#app/http/refusals.server.ts'

/** Any address that is not a page: the answer still has the frame around it. */
export function loader(): never {
  throw notFound()
}

export const action = loader

export default function NotFound() {
  return null
}
