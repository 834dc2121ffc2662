/** Writes docs/examples/quickfix: `npx tsx test/docs/write-client-files.ts`. A test holds the files to the tables. */
import { writeFileSync } from 'node:fs'
import { exampleFiles } from './client-files.ts'

for (const [name, text] of Object.entries(exampleFiles)) writeFileSync(`docs/examples/quickfix/${name}`, text)
