import { useRevalidator } from '@remix-run/react'
import { useCallback, useEffect, useRef, useState } from 'react'
import { patched } from '#domain/live/patch.ts'
import { type Fields, markOf } from '#domain/live/shown.ts'
import { type Follower, type Following, follow, type Shown } from './stream.ts'

/**
 * Keeps what a page shows fresh: the events on `url` carry what changed in the loader's data. @returns the data as they
 * are now. A hidden tab closes its stream; the tabs of one browser share a stream through a lock and a channel; where
 * there is no stream, the page reads itself now and then. `reach.ts` says what a reading does while nobody answers.
 */
export function useLive<Data extends Fields>(url: string, data: Data): Data {
  const changed = useReading()
  const [live, setLive] = useState({ of: data, shown: data })
  const now = useRef(live)
  const following = useRef<Following>()
  useEffect(() => {
    if (now.current.of === data) return
    now.current = { of: data, shown: data }
    following.current?.check()
  }, [data])
  useEffect(() => {
    const started = follow(url, {
      marks: () => marksOf(now.current.shown),
      shown: (news) => {
        const after = afterNews(now.current.shown, news)
        if (!after) return false
        if (after === now.current.shown) return true
        now.current = { of: now.current.of, shown: after }
        setLive(now.current)
        return true
      },
      fields: (names) => Object.fromEntries(names.map((name) => [name, now.current.shown[name]])),
      changed,
      heard: tellHeard,
    })
    following.current = started
    return () => {
      following.current = undefined
      started.stop()
    }
  }, [url, changed])
  return live.of === data ? live.shown : data
}

/** For a page that shows more than its stream carries: it reads itself whenever something changed. */
export function useReread(url: string): void {
  const changed = useReading()
  useEffect(() => {
    const follower: Follower = {
      marks: () => undefined,
      shown: () => {
        changed()
        return true
      },
      fields: () => ({}),
      changed,
      heard: tellHeard,
    }
    return follow(url, follower).stop
  }, [url, changed])
}

/** The page reads itself when this changes, for what else it shows that follows from it. */
export function useRereadOn(value: unknown): void {
  const changed = useReading()
  const mark = markOf(value)
  const last = useRef(mark)
  useEffect(() => {
    if (last.current === mark) return
    last.current = mark
    changed()
  }, [mark, changed])
}

/** Reads the page through its loaders, one reading at a time: a change during a reading is read afterwards. */
function useReading(): () => void {
  const { revalidate, state } = useRevalidator()
  const isReading = useRef(false)
  const isMissed = useRef(false)
  useEffect(() => {
    isReading.current = state !== 'idle'
    if (state !== 'idle' || !isMissed.current) return
    isMissed.current = false
    revalidate()
  }, [state, revalidate])
  return useCallback(() => {
    if (isReading.current) isMissed.current = true
    else revalidate()
  }, [revalidate])
}

/** Undefined: the page showed something else than what changed. */
function afterNews<Data extends Fields>(shown: Data, { whole, patch, marks }: Shown): Data | undefined {
  const fields: Fields = { ...whole }
  try {
    for (const [name, one] of Object.entries(patch)) fields[name] = patched(shown[name], one)
  } catch {
    return undefined
  }
  const after = Object.keys(fields).length > 0 ? Object.assign({}, shown, fields) : shown
  const isSame = Object.entries(marks).every(([name, mark]) => markOf(after[name]) === mark)
  return isSame ? after : undefined
}

/** Fields that hold what no stream carries have no mark. */
function marksOf(shown: Fields): string {
  const marks = Object.entries(shown).flatMap(([name, value]) => {
    try {
      return [`${name}=${markOf(value)}`]
    } catch {
      return []
    }
  })
  return marks.join()
}

const heardEvent = 'drop-copy-heard'

const tellHeard = (atMs: number) => dispatchEvent(new CustomEvent(heardEvent, { detail: atMs }))

/** When the connector last reported, according to the page's last reading or its stream since then. */
export function useHeard(read: Date | null): Date | null {
  const [told, setTold] = useState(0)
  useEffect(() => {
    const listen = (event: Event) => {
      if (event instanceof CustomEvent) setTold(Number(event.detail))
    }
    addEventListener(heardEvent, listen)
    return () => removeEventListener(heardEvent, listen)
  }, [])
  return told > (read?.getTime() ?? 0) ? new Date(told) : read
}
