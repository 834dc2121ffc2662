import { sayOutdated } from './connection.ts'
import { leaveUnasked } from './typed.ts'

type Routes = Record<string, { module: string; imports?: string[] }>

declare global {
  interface Window {
    /** The framework's: `version` is a digest of every file that the browser may load. */
    __remixManifest?: { version: string; routes: Routes }
  }
}

/**
 * Fetch the code of all pages in advance. When the framework needs code and cannot fetch it, the framework reloads the
 * page, and without an answer the browser shows its own error.
 */
export function keepAtHand(): void {
  const routes = window.__remixManifest?.routes ?? {}
  const files = new Set(Object.values(routes).flatMap(({ module, imports = [] }) => [module, ...imports]))
  for (const href of files) {
    if (document.head.querySelector(`link[rel=modulepreload][href="${CSS.escape(href)}"]`)) continue
    const link = Object.assign(document.createElement('link'), { rel: 'modulepreload', href })
    document.head.append(link)
  }
}

const loadedFor = 'drop-copy-loaded-for'

/** Whether the portal runs another build than the one this page came from. */
export const isOtherBuild = (build: string | null): build is string =>
  build !== null && build !== 'development' && build !== window.__remixManifest?.version

/** Open a page of the other build whole, instead of giving its data to code that does not know them. */
export function leaveFor(page: URL): void {
  leaveUnasked()
  location.assign(page)
}

/**
 * The portal was started with another build. The page reloads itself where nothing is lost by that: once per build,
 * because two portals behind one address could make it reload without end. Otherwise the page says so, and the person
 * chooses the moment.
 */
export function meetOtherBuild(build: string): void {
  if (!isOtherBuild(build)) return
  if (hasTyped() || isShowingAnAnswer() || sessionStorage.getItem(loadedFor) === build) {
    sayOutdated()
    return
  }
  sessionStorage.setItem(loadedFor, build)
  location.reload()
}

/** Whether the page shows an action's answer, which is shown only once: a new password, or a refusal. */
const isShowingAnAnswer = () => document.querySelector('main :is([data-shown-once], [role=alert])') !== null

/** Whether any control's value differs from the one that the page came with. */
const hasTyped = () =>
  [...document.querySelectorAll<HTMLElement>('main :is(input, textarea, select)')].some(
    (control) => isChanged(control) || control === document.activeElement,
  )

function isChanged(control: HTMLElement): boolean {
  if (control instanceof HTMLTextAreaElement) return control.value !== control.defaultValue
  if (control instanceof HTMLSelectElement)
    // the first option is chosen where none is marked as the default
    return [...control.options].some((option) => option.selected !== option.defaultSelected && option.index > 0)
  if (!(control instanceof HTMLInputElement) || control.type === 'hidden') return false
  return control.checked !== control.defaultChecked || control.value !== control.defaultValue
}
