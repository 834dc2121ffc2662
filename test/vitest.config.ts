import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

const root = fileURLToPath(new URL('..', import.meta.url))

/** unit: pure and parallel; db: a real PostgreSQL, two workers; process: sockets, children, the browser, one file after another. */
export default defineConfig({
  root,
  test: {
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: ['test/**/*.{db,process}.test.ts'],
        },
      },
    ],
  },
})
