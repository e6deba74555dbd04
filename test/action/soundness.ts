import assert from 'node:assert/strict'
import { z } from 'zod'
import { ERROR_CODES } from '../../src/errors.ts'
import type { Emulator } from '../emulator/emulator.ts'
import { actionYml } from './action-yml.ts'
import { GITHUB_TOKEN, type StepResult } from './run-action.ts'
import { logLines } from './workflow-commands.ts'

/** The only commands the action has a use for. */
const OUR_COMMANDS = new Set(['add-mask', 'debug', 'endgroup', 'error', 'group', 'warning'])

/**
 * What holds of every step that ended by itself, however it ended. Throws for a step that breaks a rule.
 *
 * @param masked what the steps so far have masked, this one's included
 */
export function expectSound(result: StepResult, emulator: Emulator, masked: readonly string[]): void {
  expectEnd(result)
  expectDeclared(result)
  expectResult(result.outputs)
  expectSummary(result.summary)
  expectHeadline(result.outputs['headline'])
  expectCommands(result)
  expectSecrets(result, emulator, masked)
}

function expectEnd({ exitCode, signal, outputs, errors, stdout, stderr }: StepResult): void {
  const log = stdout + stderr
  assert.equal(signal, null, log)
  assert.equal(stderr, '')
  const { error_code: code = 'none' } = outputs
  if (exitCode === 0) {
    assert.deepEqual(errors, [], log)
    assert.equal(code, '', log)
    return
  }
  assert.equal(exitCode, 1, log)
  assert.equal(errors.length, 1, log)
  // GitHub keeps the first 4,096 characters of an annotation.
  assert.ok((errors[0]?.length ?? 0) <= 4096, log)
  assert.ok(
    ERROR_CODES.some((known) => known === code),
    log,
  )
}

/** A step sets only outputs that its operation sets according to action.yml. */
function expectDeclared({ outputs, stdout }: StepResult): void {
  const [, operation] = /^visual-layer-dataset-action \S+: (\S+) at /m.exec(stdout) ?? []
  for (const name of Object.keys(outputs)) {
    const [setters = ''] = /^(?:`[\w-]+`(?:, |: ))+/.exec(actionYml.outputs[name]?.description ?? '') ?? []
    assert.ok(setters === '' || setters.includes(`\`${operation}\``), `${operation} sets ${name}`)
  }
}

const resultSchema = z.record(
  z.string(),
  z.union([z.string(), z.number(), z.boolean(), z.array(z.unknown()), z.null()]),
)

/** What stands in `result` and in no output of its own. */
const RESULT_ONLY = new Set(['clone_dataset_id', 'candidate_dataset_ids'])

/** The output `result`, read. */
export function resultOutput(outputs: Record<string, string>): z.output<typeof resultSchema> {
  return resultSchema.parse(JSON.parse(outputs['result'] ?? ''))
}

/** `result` says what the single outputs say. */
function expectResult(outputs: Record<string, string>): void {
  const result = resultOutput(outputs)
  for (const [name, value] of Object.entries(outputs)) {
    if (name === 'result') continue
    const shown = result[name] ?? ''
    assert.equal(Array.isArray(shown) ? JSON.stringify(shown) : String(shown), value, name)
  }
  for (const [name, value] of Object.entries(result)) {
    if (value !== null && !RESULT_ONLY.has(name)) assert.ok(name in outputs, name)
  }
  assert.equal(typeof result['elapsed_seconds'], 'number')
}

/** One line, fit for a chat message. */
function expectHeadline(headline = ''): void {
  assert.notEqual(headline, '', 'a headline')
  assert.ok(headline.length <= 300, headline)
  assert.doesNotMatch(headline, /[\r\n`]|\]\(|\*\*/)
}

function expectSummary(summary: string): void {
  assert.notEqual(summary.trim(), '', 'a summary')
  assert.ok(Buffer.byteLength(summary) < 1024 * 1024)
  // What is left of `<` once the action's own elements are taken away came from outside.
  // A chart is ours but for the names in it, which stand in quotes and hold nothing that could end them or the fence.
  const drawn = /\n```mermaid\n(?:[^"`\n]*(?:"[^"`\\]*"[^"`\n]*)*\n)+?```\n/g
  const foreign = summary
    .replace(drawn, '\n')
    .replace(/<a href="https?:\/\/[^"<>\s]*">|<\/a>|<\/?(?:code|details|summary)>|<br>/g, '')
  assert.ok(!foreign.includes('<'), foreign)
  assert.doesNotMatch(foreign, /`|\]\(|!\[/)
}

function expectCommands({ commands, stdout }: StepResult): void {
  for (const command of commands) assert.ok(OUR_COMMANDS.has(command.name), stdout)
  assert.ok(!stdout.includes('##['), stdout)
  // Groups do not nest, and none is left open.
  let open = 0
  for (const { name } of commands) {
    if (name === 'group') open += 1
    if (name === 'endgroup') open -= 1
    assert.ok(open === 0 || open === 1, stdout)
  }
  assert.equal(open, 0, stdout)
}

/** No secret shows anywhere but in the line that masks it, and that line comes first. */
function expectSecrets(result: StepResult, emulator: Emulator, masked: readonly string[]): void {
  const { stdout, outputs, state, summary } = result
  const maskLines = new Set(result.commands.filter(({ name }) => name === 'add-mask').map(({ line }) => line))
  const shown = logLines(stdout)
    .filter((_, line) => !maskLines.has(line))
    .join('\n')
  const places = { log: shown, outputs: JSON.stringify(outputs), state: JSON.stringify(state), summary }
  const links = emulator.requests.filter(({ server }) => server === 'storage')
  const signatures = links.flatMap(({ query }) => [query['X-Amz-Signature'], query['X-Amz-Security-Token']])
  const bearers = emulator.requests.flatMap(({ headers }) => headers.authorization?.replace('Bearer ', ''))
  for (const secret of [emulator.apiSecret, GITHUB_TOKEN, ...signatures, ...bearers]) {
    if (secret === undefined) continue
    for (const [place, text] of Object.entries(places)) assert.ok(!text.includes(secret), `secret in ${place}`)
  }
  for (const signature of signatures) {
    if (signature !== undefined)
      assert.ok(
        masked.some((mask) => mask.includes(signature)),
        'the link was masked',
      )
  }
  // The masks of the inputs stand before every other line.
  assert.ok(maskLines.has(0), stdout)
  for (const { headers } of links) assert.equal(headers.authorization, undefined)
}
