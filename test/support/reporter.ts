import { DefaultReporter, type TestModule } from 'vitest/node'

/** The default reporter, then the ten slowest files, then `N passed, N failed` alone on the last line. */
export default class ClosingReporter extends DefaultReporter {
  override onTestRunEnd(...args: Parameters<DefaultReporter['onTestRunEnd']>): void {
    super.onTestRunEnd(...args)
    const [modules, errors] = args
    const tests = modules.flatMap((module) => [...module.children.allTests()])
    const count = (state: string) => tests.filter((test) => test.result().state === state).length
    const brokenFiles = modules.filter((module) => module.errors().length > 0).length
    for (const line of slowest(modules)) process.stdout.write(`${line}\n`)
    const skipped = count('skipped')
    if (skipped > 0) process.stdout.write(`${skipped} skipped\n`)
    process.stdout.write(`${count('passed')} passed, ${count('failed') + brokenFiles + errors.length} failed\n`)
  }
}

function slowest(modules: readonly TestModule[]): string[] {
  const timed = modules.map((module) => ({ name: module.relativeModuleId, ms: module.diagnostic().duration }))
  timed.sort((a, b) => b.ms - a.ms)
  return timed.slice(0, 10).map(({ name, ms }) => `${(ms / 1000).toFixed(1).padStart(7)} s  ${name}`)
}
