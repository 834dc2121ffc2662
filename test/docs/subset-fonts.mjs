// Makes the two fonts that every page needs, from the ones in npm: few characters, few weights, and the
// features that our style sheets ask for. Run by hand, by `npm run fonts`, when a font is updated or a page needs
// another character; the files are kept with the sources.
import { readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import subsetFont from 'subset-font'

const root = join(dirname(fileURLToPath(import.meta.url)), '../..')
const packages = join(root, 'node_modules/@fontsource-variable')

/** What `fonts.css` names as the range of both: ASCII, and the signs that pages are written with. */
const characters = [...Array(95).keys()].map((i) => String.fromCharCode(32 + i)).join('') + '\u00a0·×–—‘’“”…↑↓−'

const fonts = [
  {
    from: 'inter/files/inter-latin-wght-normal.woff2',
    to: 'inter.woff2',
    weights: { min: 400, max: 600 },
    keepFeatures: ['cv05', 'kern', 'tnum'],
  },
  {
    from: 'jetbrains-mono/files/jetbrains-mono-latin-wght-normal.woff2',
    to: 'mono.woff2',
    weights: { min: 400, max: 600 },
    keepFeatures: ['zero'],
  },
]

for (const { from, to, weights, keepFeatures } of fonts) {
  const options = { targetFormat: 'woff2', variationAxes: { wght: weights }, keepFeatures }
  const small = await subsetFont(readFileSync(join(packages, from)), characters, options)
  writeFileSync(join(root, 'app/styles/fonts', to), small)
  console.log(`${to}: ${small.length} bytes`)
}
