import { cpSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { projectRoot } from './app.ts'

/** The next release as a browser sees it: the same pages, with every script and style sheet under another name. */
export interface OtherBuild {
  /** What starts the other build, for `startApp`. */
  command: string[]
  remove(): void
}

export function otherBuild(): OtherBuild {
  const root = mkdtempSync(join(tmpdir(), 'drop-copy-other-build-'))
  for (const name of ['app', 'db', 'node_modules']) symlinkSync(join(projectRoot, name), join(root, name))
  cpSync(join(projectRoot, 'package.json'), join(root, 'package.json'))
  cpSync(join(projectRoot, 'build'), join(root, 'build'), { recursive: true })
  const assets = join(root, 'build/client/assets')
  const files = readdirSync(assets).filter((name) => /\.(js|css)$/.test(name))
  const manifest = files.find((name) => name.startsWith('manifest-')) ?? ''
  const version = /manifest-(\w+)\.js/.exec(manifest)?.[1] ?? ''
  const renamed = new Map(files.map((name) => [name, name.replace(/(\.\w+)$/, '-next$1')]))
  const rewrite = (path: string) => {
    const text = readFileSync(path, 'utf8')
    const named = text.replace(/[\w.$-]+\.(?:js|css)/g, (name) => renamed.get(name) ?? name)
    writeFileSync(path, named.replaceAll(`"${version}"`, `"${version}-next"`))
  }
  for (const [name, next] of renamed) {
    rewrite(join(assets, name))
    renameSync(join(assets, name), join(assets, next))
  }
  rewrite(join(root, 'build/server/index.js'))
  const parts = join(root, 'build/server/assets')
  for (const name of readdirSync(parts)) if (name.endsWith('.js')) rewrite(join(parts, name))
  return {
    command: ['node', join(root, 'build/server.js')],
    remove: () => rmSync(root, { recursive: true, force: true }),
  }
}
