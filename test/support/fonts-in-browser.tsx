import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { renderToStaticMarkup } from 'react-dom/server'
import { type Shape, StateShape, shapes } from '#app/components/state-word.tsx'
import { projectRoot } from './app.ts'
import { patienceMs } from './patience.ts'

/** What a browser must be able to draw before a test of a page can mean anything. */
export type Wanted = { families: readonly string[]; symbols: readonly string[]; shapes: readonly string[] }

/** Our two families; every symbol that our sources can put on a page; the shape of every state. */
export function wantedOfOurs(): Wanted {
  return {
    families: ['Inter Variable', 'JetBrains Mono Variable'],
    symbols: [...new Set(sources().flatMap((text) => symbolsIn(text)))].sort(),
    shapes: Object.keys(shapes).map((shape) =>
      // the keys of an object are its shapes, which TypeScript does not promise
      renderToStaticMarkup(<StateShape shape={shape as Shape} tone="green" />),
    ),
  }
}

function sources(): string[] {
  return readdirSync(join(projectRoot, 'app'), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name))
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8'))
}

const comments = /\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm
const printable = Array.from({ length: 94 }, (_, index) => String.fromCharCode(33 + index))

const symbolsIn = (text: string): string[] => [
  ...printable,
  ...(text.replace(comments, '').match(/[^\0-\x7f]/gu) ?? []),
]

/**
 * Draw all of it on one page with the built style sheet and fonts.
 * @returns a sentence that names what the browser lacks; undefined where nothing is missing
 */
export async function lackOf(browser: Browser, wanted: Wanted): Promise<string | undefined> {
  try {
    const page = await browser.newPage()
    page.setDefaultTimeout(patienceMs)
    try {
      const missing = [...(await missingGlyphs(page, wanted)), ...(await missingShapes(page, wanted))]
      return missing.length > 0 ? `The browser of the tests cannot draw ${missing.join(', ')}.` : undefined
    } finally {
      await page.close()
    }
  } catch (error) {
    const reason = String(error).split('\n')[0]
    return `The browser of the tests ended at its first page with text, so look at its fonts and libraries (${reason}).`
  }
}

/** The page is on a host that does not exist: its requests are answered from the build. */
async function openPage(page: Page, body: string): Promise<void> {
  const client = join(projectRoot, 'build/client')
  const styles = readdirSync(join(client, 'assets')).filter((name) => name.endsWith('.css'))
  const links = styles.map((name) => `<link rel="stylesheet" href="/assets/${name}">`).join('')
  await page.route('**/*', (route) => {
    const { pathname } = new URL(route.request().url())
    if (pathname === '/') {
      return route.fulfill({ contentType: 'text/html; charset=utf-8', body: `<!doctype html>${links}<body>${body}` })
    }
    const path = join(client, pathname)
    return existsSync(path) ? route.fulfill({ path }) : route.abort()
  })
  await page.goto('http://fonts.test/')
}

async function missingGlyphs(page: Page, { families, symbols }: Wanted): Promise<string[]> {
  await openPage(page, families.map((family) => `<p style="font-family:'${family}'">${symbols.join(' ')}</p>`).join(''))
  return page.evaluate(
    async ({ families, symbols }) => {
      const context = document.createElement('canvas').getContext('2d', { willReadFrequently: true })
      if (!context) throw new Error('this browser has no canvas')
      const drawn = (font: string, text: string): string => {
        context.font = font
        context.clearRect(0, 0, 300, 150)
        context.fillText(text, 20, 80)
        return context.getImageData(0, 0, 300, 150).data.join()
      }
      const missing: string[] = []
      for (const family of families) {
        const loaded = await document.fonts.load(`40px '${family}'`, symbols.join('')).catch(() => [])
        if (loaded.length === 0) missing.push(`the font ${family}`)
      }
      const lacking = (stack: string, asked: string[]): void => {
        const font = `40px ${stack}`
        // a browser draws an unassigned code point as it draws any symbol that no font has
        const nothing = [drawn(font, ''), drawn(font, '\u{2fe0}'), drawn(font, '\u{10fffd}')]
        const found = asked.filter((symbol) => nothing.includes(drawn(font, symbol)))
        const more = found.length > 6 ? ` and ${found.length - 6} more` : ''
        if (found.length > 0) missing.push(`${found.slice(0, 6).join(' ')}${more} in ${stack}`)
      }
      for (const family of families) lacking(`'${family}', sans-serif`, symbols)
      // the page is first drawn with other fonts, until its own have come: a symbol may be missing then, a letter may
      // not
      const letters = symbols.filter((symbol) => symbol <= '~')
      for (const family of ['sans-serif', 'monospace', 'system-ui']) lacking(family, letters)
      return missing
    },
    { families: [...families], symbols: [...symbols] },
  )
}

async function missingShapes(page: Page, { shapes }: Wanted): Promise<string[]> {
  const blank = '<svg viewBox="0 0 12 12" width="12" height="12"></svg>'
  await openPage(page, [blank, ...shapes].map((svg) => `<div style="width:12px;height:12px">${svg}</div>`).join(''))
  const drawn: string[] = []
  for (const box of await page.locator('div').all()) drawn.push((await box.screenshot()).toString('base64'))
  const [nothing, ...pictures] = drawn
  return shapes.filter((_, index) => pictures[index] === nothing).map((svg) => `the shape ${svg}`)
}
