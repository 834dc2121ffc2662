import { until } from '#test/support/app.ts'
import { FormClient, type Page, type Typed } from '#test/support/form-client.ts'

/** What the demo asks for: fills only, so that a part of the flow is filtered. */
export const asked = { group: 'Demo desk', sources: ['K7T882', 'V8N882'], level: 'executions' } as const

export type Target = { sessionId: string; password: string; sources: string }

type Say = (text: string) => void

/** Schedule 12 from the empty form to the password, each person in a browser of their own, over HTTP. */
export async function journey(origin: string, say: Say): Promise<Target> {
  const avery = await signIn(origin, 'Avery Alder')
  const request = await ask(avery)
  say(`Avery Alder asked for "${asked.group}": ${asked.sources.join(' and ')}, trade execution reports`)
  for (const name of ['Xan Xenon', 'Bailey Birch', 'Harper Harbor']) {
    await approve(await signIn(origin, name), request)
    say(`${name} signed`)
  }
  await until('the request is applied', async () => isApplied(await avery.get(request)))
  say('the connector applied it')
  const alex = await signIn(origin, 'Alex Alder')
  const target = await createPassword(alex, asked.group, 'First connection of the demo')
  say(`Alex Alder created the password of target ${target.sessionId}`)
  return target
}

/**
 * As a technical contact of the group's owner, for the first target of the group.
 * `sources`: the path of the target's page.
 */
export async function createPassword(person: FormClient, groupName: string, reason: string): Promise<Target> {
  const group = await person.get((await person.get('/groups')).link(new RegExp(`^${groupName}$`)))
  const targets = await person.get(`${group.url.pathname}/targets`)
  // in the table: above every page of a sandbox another target may be named as the next step
  const first = targets.document.querySelector('table a[href^="/targets/"]')?.getAttribute('href') ?? ''
  const target = await person.get(first)
  const form = await person.get(target.link(/create-password$/))
  const created = await person.submit(form, 'Create password', { reason })
  const password = created.document.querySelector('code.select-all')?.text ?? ''
  if (!/^[A-Z2-9]{32}$/.test(password)) throw new Error(`No password was shown: ${created.text.slice(0, 500)}`)
  return { sessionId: target.url.pathname.split('/').at(-1) ?? '', password, sources: target.url.pathname }
}

export async function signIn(origin: string, name: string): Promise<FormClient> {
  const person = new FormClient(origin)
  await person.submit(await person.get('/sign-in'), new RegExp(`as ${name}$`))
  return person
}

/** @returns the path of the request's page */
async function ask(person: FormClient): Promise<string> {
  const started = await person.submit(await person.get('/requests/new'), 'Start')
  const account = started.document
    .querySelectorAll('select[name=billingAccountId] option')
    .map((option) => option.getAttribute('value'))
    .find(Boolean)
  const steps: Typed[] = [
    { groupName: asked.group, billingAccountId: account ?? '', feeAcknowledged: 'on' },
    { 'sources[]': asked.sources, level: asked.level },
    {
      'contacts.0.name': 'Avery Alder',
      'contacts.0.email': 'avery@alder.example',
      'contacts.0.phone': '+1 312 555 0100',
      'contacts.0.clearingCode': '560',
      'connection.line': 'existing',
    },
  ]
  let page: Page = started
  for (const typed of steps) page = await person.submit(page, 'Save and continue', typed)
  page = await person.submit(page, 'Sign and submit')
  if (!/^\/requests\/\d+$/.test(page.url.pathname)) throw new Error(`Not submitted: ${page.text.slice(0, 800)}`)
  return page.url.pathname
}

/** Whether the head of a request's page says that the request is applied; further down a later step has that word. */
export const isApplied = (request: Page): boolean =>
  /Applied/.test(request.document.querySelector('main header')?.text ?? '')

/** Sign a request that waits for this person. `request`: the path of its page. */
export async function approve(person: FormClient, request: string): Promise<void> {
  const page = await person.get((await person.get(request)).link(/approve$/))
  const decided = await person.submit(page, 'Sign and approve')
  if (decided.url.pathname !== request) throw new Error(`Not approved: ${decided.text.slice(0, 800)}`)
}

export type ReportedSource = Record<'received' | 'delivered' | 'filtered' | 'waiting' | 'held' | 'expired', number>

/** The sums of a target's sources, as its page shows them to the owner. */
export async function reportedSources(person: FormClient, path: string): Promise<Map<string, ReportedSource>> {
  const page = await person.get(path)
  const table = page.document
    .querySelectorAll('table')
    .find((one) => one.querySelector('caption')?.text.trim() === 'Source sessions on this target')
  if (!table) throw new Error(`No table of sources on ${path}: ${page.text.slice(0, 500)}`)
  const heads = table.querySelectorAll('thead th').map((cell) => cell.text.trim().toLowerCase())
  const rows = new Map<string, ReportedSource>()
  for (const row of table.querySelectorAll('tbody tr')) {
    const cells = row.querySelectorAll('td, th').map((cell) => cell.text.trim())
    // a term that is zero for every source has no column
    const of = (head: string) =>
      heads.includes(head) ? Number((cells[heads.indexOf(head)] ?? '').replace(/[^\d]/g, '') || Number.NaN) : 0
    const name = /[A-Z0-9]{6}/.exec(cells[0] ?? '')?.[0] ?? ''
    rows.set(name, {
      received: of('received'),
      delivered: of('delivered'),
      filtered: of('filtered'),
      waiting: of('waiting'),
      held: of('held'),
      expired: of('expired'),
    })
  }
  return rows
}
