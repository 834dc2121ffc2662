import { spawnSync } from 'node:child_process'
import { cpus, loadavg } from 'node:os'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { ceilingTable, engineTable, flatOutTable, latencyTable } from './compare.ts'
import { hostileTable } from './hostile.ts'
import { memoryTable } from './memory.ts'
import { portalStartTable } from './portal-start.ts'
import { recoveryTable } from './recovery.ts'
import { show, type Table } from './report.ts'
import { messageBytes, oneToOne } from './scenarios.ts'
import { sizeTables } from './size.ts'

const help = `npm run bench -- [--pairs 5] [--only TEXT] [--journal 5000000] [--markdown]

  --pairs N    how often relay and connector take turns; 2 at most where no goal hangs on it
  --only TEXT  scenarios whose name has this in it: ceiling, 1 source to 4, at 10,000/s, jspurefix, memory, recovery, portal, hostile, size, …
  --journal N  messages in the journal of the recovery
  --markdown   tables as in docs/performance.md
`
const { values: options } = parseArgs({
  options: {
    pairs: { type: 'string', default: '5' },
    only: { type: 'string', default: '' },
    journal: { type: 'string', default: '5000000' },
    markdown: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
})
if (options.help) {
  process.stdout.write(help)
  process.exit(0)
}
// the programs of the bench end with it
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1))

const isAsked = (name: string) => name.includes(options.only)
const pairs = Number(options.pairs)
const fromMs = performance.now()
const load = `load average ${loadavg()[0]?.toFixed(1)} before the run`

function print(table: Table): void {
  if (table.rows.length > 0) console.log(`${show(table, options.markdown)}\n`)
}

const built = spawnSync(process.execPath, ['app/build.mjs'], {
  cwd: fileURLToPath(new URL('../..', import.meta.url)),
  stdio: ['ignore', 'ignore', 'inherit'],
})
if (built.status !== 0) process.exit(1)
const machine = `Node ${process.versions.node}, ${cpus().length} × ${cpus()[0]?.model ?? 'unknown CPU'}`
console.log(
  `${machine}, ${new Date().toISOString().slice(0, 10)}, ${load}, ${pairs} pairs; ${messageBytes(oneToOne)}-byte executions.\n`,
)
print(await ceilingTable(isAsked))
print(await flatOutTable(isAsked, pairs))
print(await latencyTable(isAsked, pairs))
print(await engineTable(isAsked, pairs))
if (isAsked('memory')) print(await memoryTable())
if (isAsked('hostile')) print(await hostileTable())
for (const table of await sizeTables(isAsked)) print(table)
if (isAsked('recovery')) print(await recoveryTable(Number(options.journal)))
if (isAsked('portal')) print(await portalStartTable())
const seconds = Math.round((performance.now() - fromMs) / 1000)
console.log(`The whole run took ${Math.floor(seconds / 60)} min ${seconds % 60} s.`)
