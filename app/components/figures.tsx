import { type ReactNode, useState } from 'react'
import { formatMoney } from '#domain/billing/money.ts'
import { writeCount } from '#domain/figures.ts'

/** A number with thousands separated; hatched when nobody has confirmed it lately. */
export function Count({ of, stale = false }: { of: number | null | undefined; stale?: boolean }) {
  if (of === null || of === undefined) return <span className="text-muted">–</span>
  return (
    <span
      className={stale ? 'figure stale rounded px-1 tabular-nums' : 'figure tabular-nums'}
      title={stale ? 'Stale' : undefined}
    >
      {writeCount(of)}
    </span>
  )
}

/** Minor units with their currency; null: nobody knows the amount. */
export function Money({ minor, currency }: { minor: number | null; currency: string | null }) {
  if (minor === null || currency === null) return <span className="text-red">not known</span>
  return <span className="whitespace-nowrap tabular-nums">{formatMoney(minor, currency)}</span>
}

/** An identifier, whole, never cut. */
export function Mono({ children }: { children: ReactNode }) {
  return <span className="mono">{children}</span>
}

const shownNames = 24

/** Identifiers, each in full; the rest of a long list unfolds. */
export function MonoList({ names }: { names: readonly string[] }) {
  const rest = names.slice(shownNames)
  return (
    <>
      <Names names={names.slice(0, shownNames)} />
      {rest.length > 0 && (
        <details>
          <summary className="link inline-block">and {writeCount(rest.length)} more</summary>
          <Names names={rest} />
        </details>
      )}
    </>
  )
}

const Names = ({ names }: { names: readonly string[] }) => (
  <span className="inline-flex flex-wrap gap-x-2">
    {names.map((name) => (
      <Mono key={name}>{name}</Mono>
    ))}
  </span>
)

/**
 * A text with a button that copies it; without JavaScript it selects as one word. A command breaks between its words,
 * not inside them.
 */
export function Copyable({ text, label }: { text: string; label: string }) {
  return (
    <span className="inline-flex flex-wrap items-center gap-x-1.5">
      <span className="mono min-w-0 wrap-anywhere select-all">{text}</span>
      <CopyButton text={text} label={label} />
    </span>
  )
}

/** Copies a text, and says so for two seconds. */
export function CopyButton({ text, label, large = false }: { text: string; label: string; large?: boolean }) {
  const [copied, setCopied] = useState(false)
  const copy = async () => {
    await navigator.clipboard.writeText(text)
    setCopied(true)
    setTimeout(() => setCopied(false), 2000)
  }
  return (
    <button
      type="button"
      onClick={copy}
      aria-label={large ? undefined : `Copy ${label}`}
      className={large ? 'button needs-script' : 'link needs-script text-caption no-underline hover:underline'}
    >
      {copied ? 'Copied' : large ? `Copy ${label}` : 'Copy'}
    </button>
  )
}
