/** Concurrent tasks with one owner: {@link inScope} starts no task that it does not also end and wait for. */
export interface Scope {
  /** Aborts when the scope is over: its work is done, a task of it failed, or the signal it was given aborted. */
  readonly signal: AbortSignal
  /**
   * Starts a task. What it throws while the scope is running is a failure and ends the scope; what it throws later only means that it
   * ended. The promise is for tasks whose result someone needs: nobody has to handle its rejection.
   */
  start<T>(task: (signal: AbortSignal) => Promise<T>): Promise<T>
}

/** The reason that tasks still running meet when the work of their scope is done. */
export class Ended extends Error {
  override readonly name = 'Ended'

  constructor() {
    super('the work is done')
  }
}

/**
 * Runs `body`, which starts tasks, and returns what it returns. Then the work is done: tasks that still run are ended, and nothing
 * that they throw makes a failure of it. Throws the first failure of a task or of `body`, or the reason of `signal`. Whichever way it
 * ends, no task runs any longer. `body` waits for nothing that the abort of `scope.signal` does not end.
 */
export async function inScope<T>(signal: AbortSignal, body: (scope: Scope) => Promise<T>): Promise<T> {
  signal.throwIfAborted()
  const end = new AbortController()
  const abort = () => end.abort(signal.reason)
  signal.addEventListener('abort', abort, { once: true })
  const running = new Set<Promise<void>>()
  let failure: { reason: unknown } | undefined
  const fail = (reason: unknown) => {
    // What comes after the end is a consequence of it.
    if (end.signal.aborted) return
    failure = { reason }
    end.abort(reason)
  }
  const scope: Scope = {
    signal: end.signal,
    start(task) {
      const result = begin(task, end.signal)
      const watch = result.then(() => undefined, fail).finally(() => running.delete(watch))
      running.add(watch)
      return result
    },
  }
  try {
    const result = await body(scope)
    // Complete work stays complete when `signal` aborts late, but not when a task failed without its notice.
    if (failure) throw failure.reason
    return result
  } catch (error) {
    fail(error)
    throw end.signal.reason
  } finally {
    signal.removeEventListener('abort', abort)
    end.abort(new Ended())
    while (running.size > 0) await Promise.all(running)
  }
}

async function begin<T>(task: (signal: AbortSignal) => Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted()
  return await task(signal)
}
