import { systemClock } from './clock.ts'
import { runAsProcess } from './lifetime.ts'

// A bundle of its own: no operation is in it, except what undoes one.
runAsProcess(async () => {
  const { runPost } = await import('./run-post.ts')
  return (options) => runPost({ ...options, clock: systemClock })
})
