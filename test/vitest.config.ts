import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'
import { patienceMs } from './support/patience.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const setupFiles = ['test/support/fail-on-console-error.ts']
const databaseServer = ['test/support/database-server.ts']

/**
 * unit: pure and parallel.
 * db: a real PostgreSQL, two workers.
 * process: sockets, children and the browser, three workers (ADR 24).
 * alone: one file at a time, at the end. They build the product, or start and kill whole portals.
 * The name of a file decides: `*.db.test.ts`, `*.process.test.ts`, `*.alone.test.ts`, and every other `*.test.ts`.
 * Where files are not isolated, a worker imports what they share once: none of ours keeps
 * state in a module that another would see.
 */
export default defineConfig({
  root,
  test: {
    // A test that hangs is ended here; none is judged by its speed. The slowest takes less than a quarter of it on two
    // idle cores.
    testTimeout: 300_000,
    hookTimeout: 300_000,
    teardownTimeout: 120_000,
    expect: { poll: { timeout: patienceMs } },
    reporters: [fileURLToPath(new URL('./support/reporter.ts', import.meta.url))],
    projects: [
      {
        extends: true,
        test: {
          setupFiles,
          name: 'unit',
          include: ['test/**/*.test.{ts,tsx}'],
          exclude: ['test/**/*.{db,process,alone}.test.{ts,tsx}'],
          isolate: false,
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: {
          setupFiles,
          name: 'db',
          include: ['test/**/*.db.test.{ts,tsx}'],
          globalSetup: databaseServer,
          isolate: false,
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        test: {
          setupFiles,
          name: 'process',
          include: ['test/**/*.process.test.{ts,tsx}'],
          globalSetup: ['test/support/built.ts', ...databaseServer, 'test/support/browser-server.ts'],
          maxWorkers: 3,
          sequence: { groupOrder: 2 },
        },
      },
      {
        extends: true,
        test: {
          setupFiles,
          name: 'alone',
          include: ['test/**/*.alone.test.{ts,tsx}'],
          fileParallelism: false,
          sequence: { groupOrder: 3 },
        },
      },
    ],
  },
})
