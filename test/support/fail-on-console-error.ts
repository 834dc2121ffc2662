import { afterEach, beforeEach, expect } from 'vitest'

let written: string[] = []
const original = console.error

beforeEach(() => {
  written = []
  console.error = (...args: unknown[]) => {
    written.push(args.map(String).join(' '))
    original(...args)
  }
})

afterEach(() => {
  console.error = original
  expect(written, 'a test wrote to console.error without expecting it').toEqual([])
})

/** For a test that expects an error to be reported: everything written so far, which then no longer fails the test. */
export function expectedConsoleErrors(): string[] {
  const lines = written
  written = []
  return lines
}
