import { useSyncExternalStore } from 'react'

/** Why a page cannot be read: nobody answers, the portal cannot ask its database, or the portal fails on this page. */
export type Trouble = 'no-answer' | 'no-database' | 'failing'

interface Connection {
  /** What the page waits for; undefined while it is as fresh as it can be. */
  trouble: Trouble | undefined
  /** When the page last heard that its content is current, by the browser's clock. */
  trueAtMs: number
  /** The portal runs another build than the one this page came from, and the page could not load itself again. */
  isOutdated: boolean
}

const quiet: Connection = { trouble: undefined, trueAtMs: 0, isOutdated: false }
let connection = quiet
let heardAtMs = 0
const troubles = new Map<symbol, Trouble>()
const listeners = new Set<() => void>()
const waiting = new Set<() => void>()

function publish(isOutdated = connection.isOutdated): void {
  const trouble = [...troubles.values()].at(-1)
  if (trouble === connection.trouble && isOutdated === connection.isOutdated) return
  // while the trouble lasts, the page is as old as it was when the trouble began
  const trueAtMs = connection.trouble && trouble ? connection.trueAtMs : heardAtMs
  const isOver = connection.trouble !== undefined && trouble === undefined
  connection = { trouble, trueAtMs, isOutdated }
  for (const listener of listeners) listener()
  if (isOver) for (const one of waiting) one()
}

/** Call `then` each time that an outage ends. @returns a function that stops this */
export function whenOver(then: () => void): () => void {
  waiting.add(then)
  return () => waiting.delete(then)
}

/** The portal answered, or its stream sent something: the page is current now. */
export function heardFromPortal(): void {
  heardAtMs = Date.now()
}

/** Note that one reading of the page waits, and why; undefined: the reading waits no longer. */
export function waitsFor(reading: symbol, trouble: Trouble | undefined): void {
  if (trouble) troubles.set(reading, trouble)
  else troubles.delete(reading)
  publish()
}

export const sayOutdated = (): void => publish(true)

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

/** The state of this page's connection to the portal: good on the server, and until something goes wrong. */
export const useConnection = (): Connection =>
  useSyncExternalStore(
    subscribe,
    () => connection,
    () => quiet,
  )
