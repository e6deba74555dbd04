import * as fc from 'fast-check'

/**
 * Property tests draw the same cases in every run, so that what was green stays green; `FAST_CHECK_SEED=random npm test` draws
 * others, and any number draws those of that seed.
 */
const { FAST_CHECK_SEED: seed = '20261122' } = process.env
if (seed !== 'random') fc.configureGlobal({ seed: Number(seed) })
