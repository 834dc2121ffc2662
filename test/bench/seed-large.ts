import { parseArgs } from 'node:util'
import { everybodysPassword, openLarge } from './large/installation.ts'
import { largeShape } from './large/shape.ts'
import { progress } from './report.ts'

const { values } = parseArgs({ options: { data: { type: 'string', default: '.large' } } })

const fromMs = performance.now()
const { directory, server } = await openLarge(values.data, largeShape, progress)
await server.stop()
progress(`${directory} is ready after ${((performance.now() - fromMs) / 1000).toFixed(1)} s`)
progress(`everybody's password is "${everybodysPassword}", for example of person-001@exchange.example`)
