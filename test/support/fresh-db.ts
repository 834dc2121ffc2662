import { inject } from 'vitest'
import { type FreshDb, freshDbOn } from './fresh-db-on.ts'

export type { FreshDb }

/** A migrated database of its own for a test file (sandbox mode): call in `beforeAll`, `close` in `afterAll`. */
export const freshDb = (): Promise<FreshDb> => freshDbOn(inject('databaseServer'))
