import { ButtonLink, Notice } from './page.tsx'

/** In the place of a form that would only be refused: why, and the way back. */
export function NotNow({ title, why, back }: { title: string; why: string; back: { to: string; label: string } }) {
  return (
    <>
      <Notice tone="amber" title={title}>
        {why}
      </Notice>
      <ButtonLink to={back.to}>Back to {lowerFirst(back.label)}</ButtonLink>
    </>
  )
}

/** "Request 5" as it stands in a sentence. */
const lowerFirst = (label: string) => label.charAt(0).toLowerCase() + label.slice(1)
