import { Link, useLocation } from '@remix-run/react'
import { useContext, useEffect, useRef, useState } from 'react'
import { hasTyped, TypedBy, wouldEndTyped } from './typed.ts'

/**
 * Warns about typed text that is not saved: the browser asks before the tab is left, which would end the text, and a
 * page of the portal that is opened instead says where the text is.
 */
export function LeftUnsaved() {
  const by = useContext(TypedBy)
  const { pathname } = useLocation()
  const before = useRef(pathname)
  const [left, setLeft] = useState<string>()
  useEffect(() => {
    if (before.current !== pathname) setLeft(hasTyped(by, before.current) ? before.current : undefined)
    before.current = pathname
    const ask = (event: BeforeUnloadEvent) => {
      if (wouldEndTyped(by, pathname)) event.preventDefault()
    }
    window.addEventListener('beforeunload', ask)
    return () => window.removeEventListener('beforeunload', ask)
  }, [by, pathname])
  if (left === undefined || left === pathname) return null
  return (
    <p role="status" className="no-print mb-5 max-w-3xl rounded border-l-4 border-amber bg-amber-soft px-4 py-2.5">
      What you typed on the page before is not saved.{' '}
      <Link to={left} className="link">
        Go back to it
      </Link>
    </p>
  )
}
