import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { projectRoot } from '#app/config.ts'

/** The text that `drop-copy NAME --help` prints, for who asked wrongly; drop-copy.mjs prints it to who asked for it. */
export const helpOf = (name: string): string =>
  readFileSync(join(projectRoot, 'app/cli/help', `${name}.txt`), 'utf8').trimEnd()
