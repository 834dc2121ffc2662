import { describe, expect, test } from 'vitest'
import { ConfigError, readConfig } from '#app/config.ts'

const problemsOf = (env: Record<string, string>): readonly string[] => {
  try {
    readConfig(env, '/srv/portal')
    return []
  } catch (error) {
    if (error instanceof ConfigError) return error.problems
    throw error
  }
}
const named = (env: Record<string, string>) => problemsOf(env).map((problem) => problem.split(':')[0])

const production = { MODE: 'production', DATABASE_URL: 'postgres://owner@db.example/portal' }

describe('the configuration', () => {
  test('is a sandbox on loopback with the embedded database when nothing is said', () => {
    const config = readConfig({}, '/srv/portal')
    expect(config).toMatchObject({ mode: 'sandbox', environment: 'sandbox', host: '127.0.0.1', port: 3000 })
    expect(config).toMatchObject({ databaseUrl: undefined, connector: 'child', environments: ['sandbox'] })
    expect(config.dataDir).toEqual({ path: '/srv/portal/.data', isDefault: true })
  })
  test('takes a variable that is set to nothing for absent', () => {
    expect(readConfig({ PORT: '', MODE: '' }, '/srv').port).toBe(3000)
  })
  test('names every bad variable at once', () => {
    const bad = {
      MODE: 'demo',
      PORT: '99999',
      PUBLIC_URL: 'portal',
      CONNECTOR: 'maybe',
      TRUST_PROXY: 'yes',
      LOG_LEVEL: 'loud',
    }
    expect(named(bad)).toEqual(expect.arrayContaining(Object.keys(bad)))
  })
  test('never repeats an address, which may hold a password', () => {
    expect(problemsOf({ DATABASE_URL: 'mysql://u:hidden@db' }).join()).not.toContain('hidden')
  })
  test('names a misspelt variable of its own', () => {
    expect(named({ SANDBOX_PUBLIK: '1' })).toEqual(['SANDBOX_PUBLIK'])
  })
})

describe('the mode', () => {
  test('must be said with a database of one’s own', () => {
    expect(named({ DATABASE_URL: production.DATABASE_URL })).toEqual(['MODE'])
  })
  test('must be said when others than this machine can reach the portal', () => {
    expect(named({ HOST: '0.0.0.0' })).toEqual(['MODE'])
  })
  test('sandbox is kept from the network unless that is said', () => {
    expect(named({ MODE: 'sandbox', HOST: '0.0.0.0' })).toEqual(['HOST'])
    expect(problemsOf({ MODE: 'sandbox', HOST: '0.0.0.0', SANDBOX_PUBLIC: '1' })).toEqual([])
  })
  test('decides which environments there are', () => {
    expect(readConfig(production, '/srv')).toMatchObject({
      environment: 'production',
      environments: ['production', 'certification'],
    })
    expect(named({ ...production, ENVIRONMENT: 'sandbox' })).toEqual(['ENVIRONMENT'])
    expect(named({ ENVIRONMENT: 'production' })).toEqual(['ENVIRONMENT'])
  })
})

describe('the role addresses', () => {
  const role = (name: string) => ({ [`DATABASE_URL_${name}`]: `postgres://${name}@db.example/portal` })
  const all = { ...role('REQUEST'), ...role('AUTH'), ...role('JOBS'), ...role('CONNECTOR') }
  test('are given together or not at all', () => {
    expect(named({ ...production, ...role('AUTH') })).toEqual([
      'DATABASE_URL_REQUEST',
      'DATABASE_URL_JOBS',
      'DATABASE_URL_CONNECTOR',
    ])
    expect(readConfig({ ...production, ...all }, '/srv').roleUrls).toMatchObject({ auth: all.DATABASE_URL_AUTH })
  })
  test('need the owner’s address beside them', () => {
    expect(named(all)).toEqual(['DATABASE_URL'])
  })
})

test('ports of feeds and targets must differ', () => {
  expect(named({ FEED_PORT: '9901' })).toEqual(['FEED_PORT, TARGET_PORT, TARGET_BACKUP_PORT'])
})
