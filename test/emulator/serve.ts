import { appendFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { command, Mistake } from '../command-line.ts'
import { startEmulator } from './emulator.ts'
import { addSampleDatasets } from './sample-datasets.ts'

/**
 * `npm run emulator [-- --port 8080] [--work-ms 3000] [--settings FILE]`: Visual Layer in a box, until Ctrl-C.
 *
 * `--work-ms`: how long each kind of work takes, in ms; as given, long enough to be watched. `--settings`: appends to FILE,
 * once the servers listen, where they are and what they hold, as `name=value` lines: the form of the runner's files.
 */
const USAGE = 'Usage: npm run emulator -- [--port 8080] [--work-ms 3000] [--settings FILE]'

await command(async () => {
  const { values } = parseArgs({
    options: {
      port: { type: 'string', default: '0' },
      'work-ms': { type: 'string', default: '3000' },
      settings: { type: 'string' },
      help: { type: 'boolean' },
    },
  })
  if (values.help) {
    console.log(USAGE)
    return
  }
  const shown = wholeNumber('work-ms', values['work-ms'])
  const port = wholeNumber('port', values.port)
  if (port > 65_535) throw new Mistake('--port takes a number up to 65535.')
  const emulator = await startEmulator({
    port,
    // Links that outlive a look at the output.
    timings: {
      createMs: shown,
      snapshotMs: shown / 3,
      restoreMs: shown,
      cloneMs: shown,
      enrichMs: shown,
      exportMs: shown,
      addMediaMs: shown,
      reindexMs: shown,
      processMs: shown,
    },
    linkLifetimeMs: 600_000,
  }).catch((error: unknown) => {
    throw error instanceof Error && 'code' in error && error.code === 'EADDRINUSE'
      ? new Mistake(`Port ${port} is in use. Choose another with --port, or leave --port out for a free one.`)
      : error
  })

  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      emulator.stop().catch((error: unknown) => {
        process.exitCode = 1
        process.stderr.write(`${String(error)}\n`)
      })
    })
  }

  const { street, birds, halfDone } = addSampleDatasets(emulator.world)
  const snapshot = street.snapshots[1]
  const runner = emulator.artifacts.environment()

  if (values.settings !== undefined) {
    const settings = {
      base_url: emulator.url,
      api_key: emulator.apiKey,
      api_secret: emulator.apiSecret,
      dataset_id: street.id,
      dataset_name: street.name,
      snapshot_id: snapshot?.id,
    }
    const lines = Object.entries(settings).map(([name, value]) => `${name}=${value}\n`)
    await appendFile(values.settings, lines.join(''))
  }

  process.stdout.write(`Visual Layer emulator: ${emulator.url} (storage ${emulator.storageUrl}); ends on Ctrl-C.

  API key     ${emulator.apiKey}
  API secret  ${emulator.apiSecret}

  datasets    ${street.id}  ${street.name}, snapshot before-relabel: ${snapshot?.id}
              ${birds.id}  ${birds.name}
              ${halfDone.id}  ${halfDone.name} (PARTIAL INDEX)

Ask it with curl (the token is good for twelve hours):

curl -H "Authorization: Bearer ${emulator.token(12 * 3600)}" ${emulator.url}/api/v1/dataset/${street.id}

Run the action against it, as the runner would:

INPUT_BASE_URL=${emulator.url} \\
INPUT_API_KEY=${emulator.apiKey} \\
INPUT_API_SECRET=${emulator.apiSecret} \\
INPUT_OPERATION=export \\
INPUT_DATASET_ID=${street.id} \\
INPUT_OVERWRITE_ARTIFACT=true \\
ACTIONS_RESULTS_URL=${runner.ACTIONS_RESULTS_URL} \\
ACTIONS_RUNTIME_TOKEN=${runner.ACTIONS_RUNTIME_TOKEN} \\
${shellWord(process.execPath)} dist/index.js

Or from a workflow whose runner is this machine:

- uses: ./
  with:
    base_url: ${emulator.url}
    api_key: ${emulator.apiKey}
    api_secret: ${emulator.apiSecret}
    operation: restore
    dataset_id: ${street.id}
    snapshot_name: before-relabel
`)
})

function wholeNumber(option: string, text: string): number {
  if (!/^\d+$/.test(text)) throw new Mistake(`--${option} takes a whole number, not "${text}".`)
  return Number(text)
}

/** A path as a shell takes it for one word. */
function shellWord(path: string): string {
  return /^[\w./-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`
}
