import { expect, test } from 'vitest'
import { recordSession, recordWholeSession } from './record-session.ts'
import { printed } from './recording.ts'
import { documentAt } from './tables.ts'

/** What differs from run to run: times, what is made from them, and the sums over both. */
const timeless = (text: string): string =>
  text
    .replaceAll(/(?<=\||^.. )(9|10)=\d+(?=\|)/gm, '$1=')
    .replaceAll(/(?<=\|)(52|60|122)=[\d:.-]+(?=\|)/g, '$1=')
    .replaceAll(/(?<=\|)(75|432|5979)=\d+(?=\|)/g, '$1=')
    .replaceAll(/(?<=\|)1402=[\w-]{43}(?=\|)/g, '1402=')
    // how many of the client's messages are processed when an envelope or a Gap Fill leaves
    .replaceAll(/(?<=\|35=[n4]\|34=\d+\|369=)\d+(?=\|)/g, '')
    .replaceAll(/(?<=\|112=ID)\d+(?=\|)/g, '')
    .replaceAll(/(?<=\|1353=.{23})\d{9}(?=\|)/g, '')
    .replaceAll(/(?<=\|1356=CMERPT...)\d{9}(?=\|)/g, '')

/** Each side's frames in order: how the two interleave is the network's affair. */
const bySide = (text: string) =>
  ['> ', '< '].map((side) =>
    timeless(text)
      .split('\n')
      .filter((line) => line.startsWith(side)),
  )

test('the example messages of the rules of engagement are what the programs say', async () => {
  const document = documentAt('docs/rules-of-engagement.md')
  const scenes = await recordSession()
  expect(scenes.map(({ title }) => title)).toEqual(
    [...document.matchAll(/^### (.+)\n\n```$/gm)].map(([, title]) => title),
  )
  for (const scene of scenes) {
    const shown = new RegExp(`^### ${scene.title}\n\n\`\`\`\n[^\`]*\`\`\``, 'm').exec(document)?.[0] ?? ''
    expect(bySide(printed(scene)), scene.title).toEqual(bySide(shown))
  }
})

/** Whether a recorded frame has all that is shown of it, in this order. */
function shows(shown: string, frame: string): boolean {
  const fields = frame.split('|')
  let from = 0
  return shown.split('|').every((field) => {
    const at = fields.indexOf(field, from)
    from = at + 1
    return at >= 0
  })
}

test('the twelve lines at its top are a session that the programs had', async () => {
  const sections = documentAt('docs/rules-of-engagement.md').split(/^(?=## )/m)
  const top = sections.find((section) => section.startsWith('## A whole session in twelve lines\n')) ?? ''
  const [, block = ''] = top.split('```')
  const lines = block.split('\n').flatMap((line) => /^ *\d+ ([<>] .+\|) {2,}/.exec(line)?.[1] ?? [])
  expect(lines).toHaveLength(12)
  const [own = [], theirs = []] = bySide(lines.join('\n'))
  const [ownFrames = [], theirFrames = []] = bySide(printed(await recordWholeSession()))
  expect([own.length, theirs.length]).toEqual([ownFrames.length, theirFrames.length])
  const pairs = [...own, ...theirs].map((shown, at) => [shown, [...ownFrames, ...theirFrames][at] ?? ''] as const)
  expect(pairs.filter(([shown, frame]) => !shows(shown.slice(2), frame.slice(2)))).toEqual([])
})
