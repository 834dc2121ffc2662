import { chromium } from 'playwright-core'
import type { TestProject } from 'vitest/node'
import { launchOptions } from './chromium.ts'
import { lackOf, wantedOfOurs } from './fonts-in-browser.tsx'

declare module 'vitest' {
  interface ProvidedContext {
    /** The address of the run's one browser. */
    browserServer: string
  }
}

/**
 * One browser for all test files; each test has a context of its own in it. A browser that cannot draw our fonts and
 * symbols ends the run here with the reason, before a hundred tests fail with none.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const server = await chromium.launchServer(launchOptions())
  const browser = await chromium.connect(server.wsEndpoint())
  const lack = await lackOf(browser, wantedOfOurs())
  await browser.close()
  if (lack) {
    await server.close()
    throw new Error(lack)
  }
  project.provide('browserServer', server.wsEndpoint())
  return () => server.close()
}
