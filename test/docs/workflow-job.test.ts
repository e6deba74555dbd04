import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Job } from '../action/run-action.ts'
import { type Emulator, startEmulator } from '../emulator/emulator.ts'
import { allWorkflows, isOurs, type Job as WorkflowJob } from './workflow-files.ts'
import { JobPlay } from './workflow-job.ts'

const REAL_RUNNERS = allWorkflows().find(({ place }) => place === '.github/workflows/real-runners.yml')

/** A whole job, of some twenty processes one after the other, on a busy machine. */
const LIMIT_MS = 180_000

let job: Job
let github: Emulator
let play: JobPlay

beforeEach(async () => {
  job = await Job.create()
  github = await startEmulator()
  play = new JobPlay(job, github.artifacts, { os: 'this-machine' })
})

afterEach(async () => {
  play.end()
  await github.stop()
  await job.remove()
})

// Process groups and signals, by which the emulator of the job is ended, are those of POSIX.
describe.skipIf(process.platform === 'win32')('real-runners.yml, played on this machine', () => {
  it(
    'passes, step by step',
    async () => {
      await play.play(actionJob())
      expect(play.steps.get('rejected')).toMatchObject({ outcome: 'failure', outputs: { error_code: 'invalid_input' } })
      expect(github.artifacts.stored.map(({ name }) => name)).toEqual(['export-this-machine.zip'])
      const failed = [...play.steps].filter(([, { outcome }]) => outcome === 'failure').map(([name]) => name)
      expect(failed).toEqual(['rejected', 'gated', 'not-found', 'unauthorized'])
    },
    LIMIT_MS,
  )

  it(
    'fails where the artifact is not the export',
    async () => {
      const whole = actionJob()
      const download = whole.steps.findIndex(({ uses }) => uses?.startsWith('actions/download-artifact@'))
      const damage = { with: {}, env: {}, run: 'echo more >>downloaded/export-this-machine.zip' }
      const needed = whole.steps
        .toSpliced(download + 1, 0, damage)
        .filter((step) => !isOurs(step) || ['create', 'export'].includes(step.id ?? ''))
        .filter(({ name = '' }) => !name.startsWith('Check that each failure'))
      await expect(play.play({ ...whole, steps: needed })).rejects.toThrow(
        /"Check that the artifact is the export, byte for byte" failed/,
      )
    },
    LIMIT_MS,
  )
})

function actionJob(): WorkflowJob {
  const found = REAL_RUNNERS?.jobs['action']
  if (!found) throw new Error('real-runners.yml has no job "action".')
  return found
}
