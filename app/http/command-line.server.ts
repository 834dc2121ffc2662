import { join } from 'node:path'
import { projectRoot } from '#app/config.ts'

/**
 * How a person on this machine starts our command line from any folder: with its
 * whole path, quoted where the path needs it.
 */
export const commandLine = `node ${shellWord(join(projectRoot, 'app/cli/drop-copy.mjs'))}`

function shellWord(text: string): string {
  return /^[\w/.:@-]+$/.test(text) ? text : `"${text}"`
}
