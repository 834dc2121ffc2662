// Runs beside the run's database server: when the run is killed without a word, stops the server and removes its
// directory. usage: node stop-orphan.mjs PID DIRECTORY, with a pipe on stdin that closes with the run; `done` on the
// pipe means that the run has cleared up itself.
import { rmSync } from 'node:fs'

const [pid, directory] = [Number(process.argv[2]), process.argv[3]]
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => undefined)

let told = ''
process.stdin.setEncoding('utf8').on('data', (text) => {
  told += text
})
process.stdin.on('close', () => {
  if (!told.includes('done')) clearUp()
  process.exit(0)
})

function clearUp() {
  try {
    process.kill(pid, 'SIGQUIT') // PostgreSQL's immediate shutdown: none of its data are kept anyway
  } catch {
    // the server is gone already
  }
  rmSync(directory, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 })
}
