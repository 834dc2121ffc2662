/** What each file of this folder exports as `command`. */
export interface Command {
  name: string
  /**
   * @returns the exit code: 0 done, 1 failed, 2 wrong usage, 3 another process is at it, 4 asked but not answered yet
   */
  run(argv: string[]): Promise<number>
}

/** The command was used wrongly; the message says how to use it. Exit code 2. */
export class UsageError extends Error {}
