import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { projectRoot } from '#app/config.ts'

/** The text of `drop-copy NAME --help`, printed here after wrong usage; drop-copy.mjs prints it on request. */
export const helpOf = (name: string): string =>
  readFileSync(join(projectRoot, 'app/cli/help', `${name}.txt`), 'utf8').trimEnd()
