import { createContext, type ReactNode, useContext, useEffect, useState } from 'react'

const NowContext = createContext(0)

/**
 * The clock that every age on the page reads. It starts at the server's instant, so that the first browser render
 * equals the server's, then ticks each second by the browser's clock corrected to the server's.
 */
export function NowProvider({ serverNowMs, children }: { serverNowMs: number; children: ReactNode }) {
  const [nowMs, setNowMs] = useState(serverNowMs)
  useEffect(() => {
    const ahead = Date.now() - serverNowMs
    const tick = () => setNowMs(Date.now() - ahead)
    tick()
    const timer = setInterval(tick, 1000)
    return () => clearInterval(timer)
  }, [serverNowMs])
  return <NowContext.Provider value={nowMs}>{children}</NowContext.Provider>
}

/** Milliseconds since the epoch, by the server's clock, moving once a second. */
export const useNow = () => useContext(NowContext)
