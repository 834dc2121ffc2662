import { type HTMLElement, parse } from 'node-html-parser'

/** The value of a form field: a text, or several values of one name. */
export type Typed = Record<string, string | readonly string[]>

/**
 * A person at a browser without JavaScript: follows links, fills in the forms that the pages really have, keeps
 * cookies, follows redirects. Hidden fields and preset values go along as a browser would send them.
 */
export class FormClient {
  readonly #cookies = new Map<string, string>()

  constructor(readonly origin: string) {}

  /** What the browser would send along. */
  get cookieHeader(): string {
    return [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ')
  }

  async get(path: string): Promise<Page> {
    return this.#page(new URL(path, this.origin), { method: 'GET' })
  }

  /**
   * Send a form of the page: the one whose submit button has this label.
   * @throws when the page has no such form, or the form has no field of a given name
   */
  async submit(page: Page, button: string | RegExp, typed: Typed = {}): Promise<Page> {
    const { form, submitter } = page.formWith(button)
    const body = fieldsOf(form, typed, page.url)
    const name = submitter.getAttribute('name')
    if (name) body.append(name, submitter.getAttribute('value') ?? '')
    const action = submitter.getAttribute('formaction') ?? form.getAttribute('action') ?? page.url.href
    const url = new URL(action.replaceAll('&amp;', '&'), page.url)
    return this.#page(url, { method: 'POST', body, headers: { Origin: this.origin } })
  }

  async #page(url: URL, init: RequestInit, hops = 0): Promise<Page> {
    const cookie = this.cookieHeader
    const headers = { Accept: 'text/html', ...(cookie && { Cookie: cookie }), ...init.headers }
    const response = await fetch(url, { ...init, headers, redirect: 'manual' })
    for (const line of response.headers.getSetCookie()) {
      const [name = '', value = ''] = (line.split(';')[0] ?? '').split(/=(.*)/s)
      if (value === '' || /max-age=0/i.test(line)) this.#cookies.delete(name)
      else this.#cookies.set(name, value)
    }
    const location = response.headers.get('Location')
    if (response.status >= 300 && response.status < 400 && location) {
      await response.arrayBuffer()
      if (hops > 5) throw new Error(`Redirected for ever at ${url.pathname}`)
      return this.#page(new URL(location, url), { method: 'GET' }, hops + 1)
    }
    return new Page(url, response.status, await response.text())
  }
}

/** One page as it was answered. */
export class Page {
  readonly document: HTMLElement

  constructor(
    readonly url: URL,
    readonly status: number,
    readonly html: string,
  ) {
    this.document = parse(html)
  }

  /** The text that a person reads, white space folded. */
  get text(): string {
    const main = this.document.querySelector('main') ?? this.document
    return main.structuredText.replace(/\s+/g, ' ').trim()
  }

  /** The address of the first link whose text or address matches. */
  link(pattern: RegExp): string {
    const found = this.document
      .querySelectorAll('a[href]')
      .find((a) => pattern.test(a.text) || pattern.test(a.getAttribute('href') ?? ''))
    if (!found) throw new Error(`No link ${pattern} on ${this.url.pathname}: ${this.text.slice(0, 500)}`)
    return found.getAttribute('href') ?? ''
  }

  formWith(button: string | RegExp): { form: HTMLElement; submitter: HTMLElement } {
    const fits = (label: string) => (typeof button === 'string' ? label === button : button.test(label))
    for (const form of this.document.querySelectorAll('form')) {
      const submitter = form
        .querySelectorAll('button, input[type=submit]')
        .find((b) => (b.getAttribute('type') ?? 'submit') === 'submit' && fits(labelOf(b)))
      if (submitter?.hasAttribute('disabled')) throw new Error(`"${button}" is disabled on ${this.url.pathname}`)
      if (submitter) return { form, submitter }
    }
    throw new Error(`No form with "${button}" on ${this.url.pathname} (${this.status}): ${this.text.slice(0, 500)}`)
  }
}

const labelOf = (button: HTMLElement) =>
  (button.getAttribute('value') && !button.text ? button.getAttribute('value')! : button.text)
    .replace(/\s+/g, ' ')
    .trim() // the attribute was checked first

/** The form's fields as a browser would send them, with what was typed in their place. */
function fieldsOf(form: HTMLElement, typed: Typed, url: URL): URLSearchParams {
  const body = new URLSearchParams()
  const used = new Set<string>()
  for (const field of form.querySelectorAll('input, select, textarea')) {
    const name = field.getAttribute('name')
    if (!name || field.hasAttribute('disabled')) continue
    const given = typed[name]
    const kind = field.tagName === 'INPUT' ? (field.getAttribute('type') ?? 'text') : field.tagName.toLowerCase()
    if (kind === 'submit' || kind === 'button') continue
    if (kind === 'checkbox' || kind === 'radio') {
      const value = field.getAttribute('value') ?? 'on'
      const isOn = given === undefined ? field.hasAttribute('checked') : [given].flat().includes(value)
      if (isOn) body.append(name, value)
      used.add(name)
      continue
    }
    if (used.has(name) && given !== undefined) continue
    used.add(name)
    for (const value of given === undefined ? [presetOf(field, kind)] : [given].flat()) body.append(name, value)
  }
  const unknown = Object.keys(typed).filter((name) => !used.has(name))
  if (unknown.length > 0)
    throw new Error(`No field ${unknown.join(', ')} on ${url.pathname}; it has ${[...used].join(', ')}`)
  return body
}

function presetOf(field: HTMLElement, kind: string): string {
  if (kind === 'textarea') return field.text
  if (kind !== 'select') return field.getAttribute('value') ?? ''
  const options = field.querySelectorAll('option')
  const chosen = options.find((option) => option.hasAttribute('selected')) ?? options[0]
  return chosen?.getAttribute('value') ?? chosen?.text ?? ''
}
