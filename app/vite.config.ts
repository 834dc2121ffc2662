import { fileURLToPath } from 'node:url'
import { vitePlugin as remix } from '@remix-run/dev'
import tailwindcss from '@tailwindcss/vite'
import { defineConfig } from 'vite'

/** Components that nearly every page shows, in one file. */
const shared =
  /\/app\/components\/(list\/[\w-]+|table|time|now|states|state-word|figures|page|format|firm-name|feed-name|source-name|ledger|live|stream|reach|connection|release|typed|waiting-bar)\.tsx?$/
const withEveryPage = (id: string): string | undefined => (shared.test(id) ? 'shared' : undefined)

const root = fileURLToPath(new URL('..', import.meta.url))

export default defineConfig(({ isSsrBuild }) => ({
  root,
  // nothing inline: the content security policy takes fonts and scripts from our own files alone
  build: {
    emptyOutDir: true,
    chunkSizeWarningLimit: 1000,
    assetsInlineLimit: 0,
    target: 'es2022',
    modulePreload: { polyfill: false },
    // what pages share comes in a few files: each file more costs a first page the heads of a request and an answer
    rollupOptions: isSsrBuild ? {} : { output: { experimentalMinChunkSize: 1_500, manualChunks: withEveryPage } },
  },
  plugins: [
    tailwindcss(),
    remix({
      appDirectory: 'app',
      buildDirectory: process.env.BUILD_DIRECTORY ?? 'build',
      future: {
        v3_fetcherPersist: true,
        v3_relativeSplatPath: true,
        v3_throwAbortReason: true,
        v3_singleFetch: true,
        // a browser knows all pages from the start: see ADR 37
        v3_lazyRouteDiscovery: false,
        v3_routeConfig: true,
      },
    }),
  ],
}))
