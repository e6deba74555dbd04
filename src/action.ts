import { systemClock } from './clock.ts'
import { post } from './post.ts'
import { run } from './run.ts'
import { readState } from './runner/state.ts'

/** How long handles that nothing can close (an artifact upload under way, say) may keep a finished process alive, in ms. */
const LINGER_MS = 1_000

const options = { env: process.env, clock: systemClock, process }
const state = readState(process.env)
await (state.phase === 'post' ? post(state, options) : run(options))
// Node ends by itself once nothing is open: process.exit so soon after network use can crash it on Windows.
setTimeout(() => process.exit(), LINGER_MS).unref()
