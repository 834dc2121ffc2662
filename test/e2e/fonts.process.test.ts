import { type Browser, chromium } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { lackOf, wantedOfOurs } from '../support/fonts-in-browser.tsx'

describe('the page that every run of the browser begins with', () => {
  let browser: Browser
  const ours = wantedOfOurs()
  beforeAll(async () => {
    browser = await chromium.connect(inject('browserServer'))
  })
  afterAll(() => browser.close())

  test('knows both families, the symbols of our sources and the shapes of all states', async () => {
    expect(ours.families).toHaveLength(2)
    expect(ours.symbols).toEqual(expect.arrayContaining(['A', 'z', '0', '·', '–', '’', '…', '↑', '↓']))
    expect(ours.shapes.length).toBeGreaterThanOrEqual(10)
    expect(await lackOf(browser, ours)).toBeUndefined()
  })

  test('names the symbol that no font has', async () => {
    const lack = await lackOf(browser, { ...ours, symbols: ['A', '\u{13000}'] })
    expect(lack).toContain("\u{13000} in 'Inter Variable', sans-serif")
    expect(lack).not.toContain('A')
  })

  test('names the family that is not there, and the shape that draws nothing', async () => {
    const lack = await lackOf(browser, { ...ours, families: ['Inter Variable', 'Nobody Sans'] })
    expect(lack).toMatch(/cannot draw the font Nobody Sans\b/)
    expect(lack).not.toContain('Inter')
    expect(await lackOf(browser, { ...ours, shapes: ['<svg width="12" height="12"></svg>'] })).toContain('the shape')
  })
})
