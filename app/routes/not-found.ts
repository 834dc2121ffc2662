import { notFound } from '#app/http/refusals.server.ts'

/** Every address that is no page: the answer keeps the frame around it. */
export function loader(): never {
  throw notFound()
}

export const action = loader

export default function NotFound() {
  return null
}
