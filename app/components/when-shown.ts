import { useEffect, useLayoutEffect } from 'react'

/**
 * Runs as the page is painted, not later, when the person may already be elsewhere. The server has no layout, and React
 * warns about a layout effect there.
 */
export const useWhenShown = typeof document === 'undefined' ? useEffect : useLayoutEffect
