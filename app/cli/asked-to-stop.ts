/**
 * Resolves when a command that runs on is to end: at SIGTERM, or at Ctrl-C. As a child of the portal, Ctrl-C reaches it
 * as a SIGTERM of the portal's ordered stop alone.
 */
export const askedToStop = (): Promise<void> =>
  new Promise((resolve) => {
    process.once('SIGTERM', () => resolve())
    if (!process.send) process.once('SIGINT', () => resolve())
  })
