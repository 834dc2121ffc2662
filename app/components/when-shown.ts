import { useEffect, useLayoutEffect } from 'react'

/**
 * As the page is painted, not some time after, when somebody may be elsewhere
 * already; the server has no layout and says so.
 */
export const useWhenShown = typeof document === 'undefined' ? useEffect : useLayoutEffect
