/** What each file of this folder exports as `command`. */
export interface Command {
  name: string
  /**
   * @returns the exit code: 0 done, 1 failed, 2 asked wrongly, 3 somebody else is at it, 4 asked and not answered yet
   */
  run(argv: string[]): Promise<number>
}

/** The command was asked for wrongly; the message says how it is meant. Exit code 2. */
export class UsageError extends Error {}
