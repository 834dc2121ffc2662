import { join } from 'node:path'

interface Programs {
  cli: string
  guard: string
}

/** The programs that we start: the bundles next to ours, or the sources in development. */
export function programsOf(root: string, development: boolean): Programs {
  const at = (bundle: string, source: string) => join(root, development ? source : `build/${bundle}.js`)
  return {
    cli: at('cli', 'app/cli/main.ts'),
    guard: at('guard', 'app/host/guard.ts'),
  }
}

/** The Node arguments that run one of these programs. */
export const nodeOptions = (program: string): string[] =>
  program.endsWith('.ts') ? ['--import', 'tsx'] : ['--enable-source-maps']
