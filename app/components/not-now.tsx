import { ButtonLink, Notice } from './page.tsx'

/** Replaces a form that would only be refused: says why, and links back. */
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

/** "Request 5" as it is written inside a sentence. */
const lowerFirst = (label: string) => label.charAt(0).toLowerCase() + label.slice(1)
