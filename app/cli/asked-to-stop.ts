/**
 * Resolves when a command that keeps running should end: at SIGTERM or Ctrl-C. A child of the portal gets a Ctrl-C only
 * as the SIGTERM of the portal's ordered stop.
 */
export const askedToStop = (): Promise<void> =>
  new Promise((resolve) => {
    process.once('SIGTERM', () => resolve())
    if (!process.send) process.once('SIGINT', () => resolve())
  })
