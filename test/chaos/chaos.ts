import { parseArgs } from 'node:util'
import { play } from './play.ts'
import { sequenceOf } from './sequence.ts'

/**
 * `npm run chaos [-- --from 1 --count 300 --jobs 6] [--in-process] [--seed N]`: plays random sequences of operation, faults, signals,
 * and moments on the built action, and checks each from outside. `--in-process` plays the sources in this process instead, which takes a
 * third of the time; only what is killed is a process. A failure prints the seed that repeats it; `--seed N` plays only that one, and
 * prints its log. Ends with 1 if a promise was broken.
 */
const { values } = parseArgs({
  options: {
    from: { type: 'string', default: '1' },
    count: { type: 'string', default: '300' },
    jobs: { type: 'string', default: '6' },
    seed: { type: 'string' },
    'in-process': { type: 'boolean', default: false },
  },
})
if (values['in-process']) await import('../scenes/in-process.ts')
const only = values.seed === undefined ? undefined : Number(values.seed)
const from = only ?? Number(values.from)
const until = from + (only === undefined ? Number(values.count) : 1)
const ends = new Map<string, number>()
let next = from
let failures = 0

async function work(): Promise<void> {
  while (next < until) {
    const seed = next++
    const sequence = sequenceOf(seed)
    const { broken, end, log } = await play(sequence)
    ends.set(end, (ends.get(end) ?? 0) + 1)
    if (broken.length > 0) {
      failures += 1
      console.log(`\nseed ${seed}: ${sequence.subject}, ended as ${end}\n  ${broken.join('\n  ')}`)
    }
    if (only !== undefined) console.log(`${JSON.stringify(sequence, undefined, 2)}\n${log}`)
    else if ((seed - from + 1) % 500 === 0) console.log(`${seed - from + 1} played, ${failures} broken`)
  }
}

await Promise.all(Array.from({ length: only === undefined ? Number(values.jobs) : 1 }, work))
const told = [...ends].sort(([, a], [, b]) => b - a).map(([end, count]) => `${end} ${count}`)
console.log(
  `\n${until - from} sequences (seeds ${from} to ${until - 1}), ${failures} broken. Ends: ${told.join(', ')}.`,
)
process.exitCode = failures > 0 ? 1 : 0
