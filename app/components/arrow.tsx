/** From what is to what becomes of it. Drawn, because our fonts have no arrow to the right. */
export const Arrow = () => (
  <svg viewBox="0 0 12 12" width="12" height="12" aria-hidden="true" className="inline-block text-muted">
    <path d="M1 6h9M6.5 2.5 10 6 6.5 9.5" fill="none" stroke="currentColor" strokeWidth="1.4" />
  </svg>
)
